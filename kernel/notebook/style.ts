/** The style sheet of an exported page, light and dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --code: #f6f8fa;
  --comment: #59636e; --string: #0a3069; --number: #0550ae; --keyword: #cf222e; --error: #ffebe9; --magic: #8250df; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d;
  --code: #161b22; --comment: #9198a1; --string: #a5d6ff; --number: #79c0ff; --keyword: #ff7b72; --error: #3c1618; --magic: #d2a8ff; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--back); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif; }
pre, code { font: 0.86rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0.4rem 0; overflow-x: auto; }
.code > pre.source { padding: 0.7rem 0.9rem; background: var(--code); border: 1px solid var(--line); border-radius: 6px; }
.code { margin: 1rem 0; }
.count { color: var(--faint); font: 0.75rem ui-monospace, monospace; }
.output { padding: 0 0.9rem; }
.output pre:not(.failure) { white-space: pre-wrap; overflow-wrap: anywhere; }
.failure { background: var(--error); border-radius: 6px; padding: 0.5rem 0.9rem; }
figure { margin: 0.6rem 0; }
figcaption { color: var(--faint); font-size: 0.9rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: 0.25rem 0.6rem; }
img { max-width: 100%; }
summary { cursor: pointer; color: var(--faint); } details > :not(summary) { margin-left: 1.1rem; }
.comment { color: var(--comment); } .string { color: var(--string); } .number { color: var(--number); }
.keyword { color: var(--keyword); } .magic { color: var(--magic); } .bold { font-weight: bold; }
.ansi0 { color: inherit; } .ansi1 { color: #d1242f; } .ansi2 { color: #1a7f37; } .ansi3 { color: #9a6700; }
.ansi4 { color: #0969da; } .ansi5 { color: #8250df; } .ansi6 { color: #1b7c83; } .ansi7 { color: var(--faint); }
`;
