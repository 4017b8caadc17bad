/** Binary heap of candidate pairs, least score first. */

export interface PairHeap {
  readonly scores: number[];
  readonly first: number[];
  readonly second: number[];
}

export function pairHeap(): PairHeap {
  return { scores: [], first: [], second: [] };
}

function swap(heap: PairHeap, i: number, j: number): void {
  for (const column of [heap.scores, heap.first, heap.second]) {
    const kept = column[i] as number;
    column[i] = column[j] as number;
    column[j] = kept;
  }
}

export function push(heap: PairHeap, score: number, first: number, second: number): void {
  let place = heap.scores.push(score) - 1;
  heap.first.push(first);
  heap.second.push(second);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if ((heap.scores[parent] as number) <= score) return;
    swap(heap, place, parent);
    place = parent;
  }
}

/** Takes out the pair with the least score; undefined where the heap is empty. */
export function pop(heap: PairHeap): readonly [number, number] | undefined {
  const last = heap.scores.length - 1;
  if (last < 0) return undefined;
  swap(heap, 0, last);
  heap.scores.pop();
  const pair = [heap.first.pop() as number, heap.second.pop() as number] as const;
  for (let place = 0; ; ) {
    let least = place;
    for (const child of [2 * place + 1, 2 * place + 2])
      if (child < last && (heap.scores[child] as number) < (heap.scores[least] as number)) least = child;
    if (least === place) return pair;
    swap(heap, place, least);
    place = least;
  }
}
