/** LaTeX by MathJax, drawn as SVG so that no font is fetched. Imported when the first formula is seen. */
import { AssistiveMmlHandler } from "mathjax-full/js/a11y/assistive-mml.js";
import { browserAdaptor } from "mathjax-full/js/adaptors/browserAdaptor.js";
import { HTMLHandler } from "mathjax-full/js/handlers/html/HTMLHandler.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import { AllPackages } from "mathjax-full/js/input/tex/AllPackages.js";
import { mathjax } from "mathjax-full/js/mathjax.js";
import { SVG } from "mathjax-full/js/output/svg.js";
import { SafeHandler } from "mathjax-full/js/ui/safe/SafeHandler.js";

mathjax.handlers.register(AssistiveMmlHandler(SafeHandler(new HTMLHandler(browserAdaptor()))));

const page = mathjax.document(document, {
  InputJax: new TeX({
    packages: AllPackages,
    inlineMath: [
      ["$", "$"],
      ["\\(", "\\)"],
    ],
    displayMath: [
      ["$$", "$$"],
      ["\\[", "\\]"],
    ],
    processEscapes: true,
    processEnvironments: true,
  }),
  OutputJax: new SVG({ fontCache: "local" }),
});

/** Replaces the formulas inside `element`. */
export function typeset(element: HTMLElement): void {
  page.options.elements = [element];
  page.clear().render();
  delete page.options.elements;
}
