/** Numbers as people read them. */

const STEPS = ["", "k", "M", "G", "T", "P"];

/** `16.5 T`: three digits and a decimal prefix, ready for a unit. */
export function count(value: number): string {
  let step = 0;
  while (Math.abs(value) >= 1000 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  return `${value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3)} ${STEPS[step] ?? ""}`;
}

/** `1.5 GiB` */
export function bytes(value: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value.toFixed(0) : value.toPrecision(3)} ${units[unit] ?? ""}`;
}
