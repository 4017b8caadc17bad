import { expect, test } from "vitest";
import type { Pace } from "../../../kernel/engine/pace.ts";
import type { Output } from "../../../kernel/session/evaluate.ts";
import { describePace, followed, placeFor } from "../../../kernel/session/following.ts";
import { ringOfOnes } from "../engine/torch/jobs.ts";

const pace: Pace = {
  network: "Z",
  seconds: 12,
  steps: { done: 2, of: 9 },
  localBytes: { done: 2 ** 30, of: 2 ** 32 },
  sentBytes: { done: 2 ** 20, of: 2 ** 22 },
  share: 0.25,
};

test.each([
  [{}, "Z: step 2 of 9, 1 GiB of 4 GiB touched, 1 MiB of 4 MiB sent, 12 s"],
  [
    { left: 36, sentBytes: { done: 0, of: 0 } },
    "Z: step 2 of 9, 1 GiB of 4 GiB touched, 12 s, about 36 s left",
  ],
  [{ slices: { done: 5, of: 16 } }, "Z: slice 5 of 16, 1 GiB of 4 GiB touched, 1 MiB of 4 MiB sent, 12 s"],
])("in words %#", (more, text) => {
  expect(describePace({ ...pace, ...more })).toBe(text);
});

/** A host that notes what stands in each place. */
function host(): {
  places: Output[][];
  show: (output: Output) => void;
  showing: (output: Output) => (next: Output) => void;
} {
  const places: Output[][] = [];
  const showing = (output: Output): ((next: Output) => void) => {
    const place = [output];
    places.push(place);
    return (next) => void place.push(next);
  };
  return { places, showing, show: (output) => void places.push([output]) };
}

function textsOf(places: readonly Output[][]): unknown[][] {
  return places.map((place) => place.map(({ data }) => data["text/plain"]));
}

const found: Output = { data: { "text/plain": "Z = 1" } };

test("a run that lasts has one place: its progress, then what it found and nothing else", () => {
  const { places, ...own } = host();
  const place = placeFor(own);
  for (const seconds of [0.5, 2, 3])
    place.following?.({ ...pace, seconds, slices: { done: seconds, of: 4 } });
  place.following?.(undefined);
  place.end(found);
  expect(textsOf(places)).toEqual([
    [expect.stringMatching(/^Z: slice 2 of 4/), expect.stringMatching(/^Z: slice 3 of 4/), "Z = 1"],
  ]);
  expect(places[0]?.[0]?.data["text/html"]).toMatch(
    /^<progress max="1" value="0.2500"[^>]*><\/progress> Z: slice 2/,
  );
  expect(places[0]?.at(-1)).toEqual(found);
});

test("a short run shows what it found alone", () => {
  const { places, ...own } = host();
  const place = placeFor(own);
  place.following?.({ ...pace, seconds: 0.9 });
  place.end(found);
  place.fail();
  expect(places).toEqual([[found]]);
});

test("a run that fails or is stopped says where", () => {
  const { places, ...own } = host();
  const place = placeFor(own);
  place.fail();
  expect(places).toEqual([]);
  place.following?.({ ...pace, slices: { done: 5, of: 16 } });
  place.fail();
  expect(textsOf(places)[0]?.at(-1)).toBe("Z: ended at slice 5 of 16, after 12 s");
  expect(Object.keys(places[0]?.at(-1)?.data ?? {})).toEqual(["text/plain"]);
});

test("a host that follows runs itself, or that shows what is final alone, is left its ways", () => {
  const { places, ...own } = host();
  const following = (): void => undefined;
  expect(placeFor({ ...own, following }).following).toBe(following);
  const { following: nobody, end } = placeFor({ show: own.show });
  expect(nobody).toBeUndefined();
  end(found);
  expect(places).toEqual([[found]]);
});

test("who follows is told while a long step says nothing, and of the end, also where the run fails", async () => {
  const { schedule } = ringOfOnes(2, 4);
  const told: (Pace | undefined)[] = [];
  let tell = (): void => undefined;
  const first = new Promise<void>((resolve) => (tell = resolve));
  const following = (one: Pace | undefined): void => {
    told.push(one);
    tell();
  };
  const run = followed(following, schedule, async () => {
    await first;
    throw new RangeError("broken");
  });
  await expect(run).rejects.toThrow("broken");
  expect(told[0]).toMatchObject({ network: "ring", steps: { done: 0 } });
  expect(told.at(-1)).toBeUndefined();
});
