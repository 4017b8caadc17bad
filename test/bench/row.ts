/** A line of a table whose first column is a name. */
export function row(cells: readonly string[]): void {
  console.log(cells.map((cell, place) => (place === 0 ? cell.padEnd(36) : cell.padStart(11))).join(" "));
}
