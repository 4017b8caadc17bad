/** Light or dark as the system has it. */

const DARK = window.matchMedia("(prefers-color-scheme: dark)");

/** Keeps the attributes that JupyterLab's styles look at in step with the system. */
export function followTheme(): void {
  const apply = (): void => {
    document.body.dataset.jpThemeLight = String(!DARK.matches);
    document.body.dataset.jpThemeName = DARK.matches ? "JupyterLab Dark" : "JupyterLab Light";
  };
  apply();
  DARK.addEventListener("change", apply);
}

export function isDark(): boolean {
  return DARK.matches;
}

export function onThemeChange(listener: () => void): () => void {
  DARK.addEventListener("change", listener);
  return () => {
    DARK.removeEventListener("change", listener);
  };
}
