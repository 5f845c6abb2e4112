/** One rewritten line on a terminal, on stderr; elsewhere a line for every tenth of the way. */
export interface ProgressBar {
  show(done: number, total: number, note?: string): void;
  end(): void;
}

export function progressBar(what: string, screen: NodeJS.WriteStream = process.stderr): ProgressBar {
  let shownTenth = -1;
  let open = false;
  return {
    show(done, total, note = "") {
      const share = total === 0 ? 1 : done / total;
      const text = `${what} ${done}/${total} (${Math.floor(100 * share)} %)${note === "" ? "" : `, ${note}`}`;
      if (screen.isTTY) {
        const width = 24;
        const filled = Math.round(share * width);
        screen.write(`\r\u001b[2K[${"#".repeat(filled)}${".".repeat(width - filled)}] ${text}`);
        open = true;
      } else if (Math.floor(share * 10) !== shownTenth) {
        shownTenth = Math.floor(share * 10);
        screen.write(`${text}\n`);
      }
    },
    end() {
      if (open) screen.write("\n");
      open = false;
    },
  };
}
