/** The colours of a printed message, by meaning. The compiler knows no terminal: whoever prints brings them. */
export interface Style {
  error(text: string): string;
  warning(text: string): string;
  help(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

const as = (text: string): string => text;
export const plain: Style = { error: as, warning: as, help: as, strong: as, faint: as };
