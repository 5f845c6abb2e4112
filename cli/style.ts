import colors from "picocolors";

/** The colours of the terminal, by meaning. */
export const style = {
  error: (text: string): string => colors.bold(colors.red(text)),
  warning: (text: string): string => colors.bold(colors.yellow(text)),
  help: (text: string): string => colors.cyan(text),
  strong: colors.bold,
  faint: colors.dim,
};
