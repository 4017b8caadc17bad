/** Programs that the fuzz starts from: all goldens, and one text for every form of the language. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FORMS: readonly string[] = [
  `let L = 8, beta = 0.4406868, J = 1
let budget = 16 GiB
index i: 1000, j: 2, k: 1000, l: 2
index s_{*}: 2
let chi = 4
index h_{*,*}: chi^2
tensor A[i,j], B[j,k], C[k,l] = normal(seed 1)
tensor H[a: 2, b: 2] = [[1, 1], [1, -1]] / sqrt(2)
tensor W[a: 2, b: 2] = exp(beta * J * (1 - 2*(a != b)))
tensor X[m: 64]: complex128 = data(v)
tensor D[a: 2, b: 2, c: 2] = copy`,
  `tensor A[i: 2, j: 2], B[j: 2, k: 3] = uniform(seed 3)
network R[i,l] = A B B[l,k]
network M[b_1, b_9] = product { A[b_t, b_{t+1}] for t in 1..8 if t != 4 } A[b_4, b_5]
order R = (A 2) 3
order M = (A(t=1) A(t=2)), A(t=3)
slice M over b_2, b_{3}`,
  `let L = 3, edges = [[1, 2], [2, 3], [3, 1]]
index s_{*}: 2
tensor W[a: 2, b: 2] = exp(0.4 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{(x mod L)+1, y}] for x in 1..L, y in 1..L   # round
  W[s_{x,y}, s_{x,y+1}] for x in [1, 3], y in x..L-1 if x + y > 2 and y != 2
  W[s_{a,0}, s_{b,0}] for (a, b) in edges; W[s_{1,1}, s_{1,0}]
}
order Z by x, y
show network Z, order Z`,
  `import "pair.qsim" as C
network a = amplitude(C, "00")
network psi[q_0]: complex64 = amplitude(C, ".0")
network zz = expectation(C, Z_0 Z_1)
import "instance.cnf" as F
network models = count(F)
import "model.uai" as G
network p = partition(G)
run psi on threads(2)`,
  `machine laptop = threads(2)
machine dgx = preset "dgx-h100"
machine eos {
  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 8 devices over 450 GB/s latency 3 us
  cluster 128 nodes over 50 GB/s latency 8 us
}
machine hurt = eos with link(node 3, device 5) at 50 %
tensor A[i: 2, j: 2], B[j: 2, k: 2] = 1
network Z[i, k] = A B
slice Z to fit eos
slice Z to 16 GiB
distribute Z on eos
distribute Z on eos devices 1024 groups of 8
distribute Z on dgx over i, k
require Z: memory <= 80 GB, time <= 1 hour
run Z on eos dry
show speedup of Z on eos for devices 1..1024
compare Z on eos: slicing, greedy, prefix, tree, joint`,
  `tensor A[i: 2, j: 3], B[j: 3, k: 2] = normal(seed 1)
network R[i, k] = A B
network E[i, k] = einsum("ij,jk->ik", A, B)
order R = search minimizing flops within 30 s seed 7
order R = path [[0, 1]]
order R = greedy
order R = optimal
run R
show communication, timeline of R`,
  `let a = sqrt(2) + 3i, b = [1, 2; 3, 4], c = det([[1, 2], [3, 4]]) * sum([1, 2, 3])
let d = a == 2 ? 1 : 0, e1 = 5!, f = 50 %, g = 3 ms, h = [[1, 2], [3, 4]]'
let k = kron([[1, 0], [0, 1]], [[0, 1], [1, 0]]), m = 7 mod 3, n = (3 > 2) and not false
let o = zeros(2, 2) .* ones(2, 2), p = expm([[0, 1], [0, 0]]), q = combinations(5, 2)
tensor T[a: 2, b_x: 3] = a > 0 ? cos(a)^2 : log(1 + b_x)
tensor U[a: 4, b: 4] = k`,
];

const GOLDEN = path.resolve("test/golden/language");

export function corpus(): readonly string[] {
  const names = readdirSync(GOLDEN).filter((name) => name.endsWith(".tn"));
  return [...FORMS, ...names.sort().map((name) => readFileSync(path.join(GOLDEN, name), "utf8"))];
}
