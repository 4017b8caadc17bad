/** The way out of common slips of syntax, told by the words before the one that does not fit. */

/** Matched against the statement's tokens, a blank between each, up to `>>>` and the token that does not fit. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^tensor \S+ >>> \($/, "indices stand in square brackets: A[i: 2]"],
  [/^tensor .*[[,] \S+ >>> \d/, "an extent follows a colon: A[i: 2]"],
  [/^tensor .*[[,] \S+ >>> =$/, "an extent follows a colon: A[i: 2]"],
  [/^tensor [^=]*\] >>> $/, "give it entries: tensor A[i: 2, j: 2] = normal(seed 1)"],
  [/_ >>> \*$/, "a family of indices is written s_{*}"],
  [/^index .*>>> =$/, "an extent follows a colon: index i: 2"],
  [/[[,] \S*_\S* >>> [-+*/^]$/, "a subscript with arithmetic stands in braces: s_{x+1}"],
  [/ in [^{}]*>>> :$/, "a range has two dots: 1..3"],
  [/ for \S+ >>> =$/, "write for x in 1..3"],
  [/ product >>> /, "write product { A[s_x, s_{x+1}] for x in 1..3 }"],
  [/^network [^=]*= >>> "/, 'an equation comes with its tensors: einsum("ij,jk->ik", A, B)'],
  [/^network [^=]*= >>> \{$/, "write product { A[s_x, s_{x+1}] for x in 1..3 }"],
  [/^network .*>>> (for|if)$/, "loops stand in braces: product { A[s_x, s_{x+1}] for x in 1..3 }"],
  [/^network .*>>> ([-+*/;]|\.\*)$/, "a network is a product: write its factors side by side, A B"],
  [/^order \S+ = search .*>>> for$/, "a time follows within: search within 5 s"],
  [/^slice \S+ >>> \d/, "write slice R to 16 GiB, or slice R over i"],
  [/^(run|distribute|compare) \S+ .*on >>> \d/, "write on threads(2)"],
  [/^machine \S+ = (preset >>> |\S+ >>> -)/, 'a preset stands in quotes: preset "dgx-h100"'],
  [/^(let|tensor) .*\[[^\]]*>>> ;$/, "the rows of a list are lists themselves: [[1, 2], [3, 4]]"],
  [/^import .*>>> $/, 'say what it is to be called: import "a.qsim" as C'],
];

/** `before` are the tokens that did fit. */
export function slipHint(before: readonly string[], found: string): string | undefined {
  // Of a long statement the middle says nothing.
  const near = before.length > 60 ? [...before.slice(0, 10), ...before.slice(-50)] : before;
  const text = `${near.join(" ")} >>> ${found}`;
  return SLIPS.find(([pattern]) => pattern.test(text))?.[1];
}

/** The first two words of what is no statement. */
const STARTS: readonly (readonly [RegExp, string])[] = [
  [/^(const|var|def|set|val) /, "values are defined with let: let x = 3"],
  [/^\/ \/$/, "a comment starts with #"],
  [/^(from|include|load|use) /, 'files are read with import: import "a.qsim" as C'],
  [/^(print|plot|draw) /, "figures are drawn with show: show network R"],
  [/^einsum \($/, 'a network has a name: network R[i, k] = einsum("ij,jk->ik", A, B)'],
  [/^\S+ =$/, "values are defined with let: let x = 3; tensors with tensor, networks with network"],
];

export function startHint(first: string, second: string): string | undefined {
  return STARTS.find(([pattern]) => pattern.test(`${first} ${second}`))?.[1];
}
