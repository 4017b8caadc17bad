/** A small program to run, and what it gives. */

/** The partition function of the 2D Ising model on 3 x 3 sites, by summation over its 512 states. */
export const PROGRAM = `let L = 3
index s_{*,*}: 2
tensor W[a: 2, b: 2]: float64 = exp(0.3 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..L-1, y in 1..L
  W[s_{x,y}, s_{x,y+1}] for x in 1..L, y in 1..L-1
}
order Z = greedy
slice Z over s_{1,1}, s_{3,3}
`;

/** Its value. */
export function isingSum(size: number, beta: number): number {
  let sum = 0;
  for (let state = 0; state < 2 ** (size * size); state += 1) {
    const spin = (x: number, y: number): number => ((state >> (x * size + y)) & 1 ? -1 : 1);
    let energy = 0;
    for (let x = 0; x < size; x += 1)
      for (let y = 0; y < size; y += 1) {
        if (x + 1 < size) energy += spin(x, y) * spin(x + 1, y);
        if (y + 1 < size) energy += spin(x, y) * spin(x, y + 1);
      }
    sum += Math.exp(beta * energy);
  }
  return sum;
}
