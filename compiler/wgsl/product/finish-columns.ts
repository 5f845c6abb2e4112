/**
 * Calls the epilogue for four neighbouring columns of a row, as far as there are any. `value` is the `vec4f` of their
 * results; `columns` the WGSL of how many there are.
 */
export function finishColumns(call: {
  readonly start: string;
  readonly columns: string;
  readonly row: string;
  readonly value: string;
  readonly byFours: boolean;
  /** Makes names differ where several calls stand in one block. */
  readonly number: number;
}): string {
  const { start, columns, row, value, byFours, number } = call;
  if (byFours) {
    return `    if (${start} < ${columns}) {
      finish(z, ${row}, (${start}) / 4u, ${value});
    }`;
  }
  return `    var four${number} = ${value};
    let column_end${number} = min(${start} + 4u, ${columns});
    for (var column = ${start}; column < column_end${number}; column++) {
      finish(z, ${row}, column, four${number}.x);
      four${number} = four${number}.yzwx;
    }`;
}
