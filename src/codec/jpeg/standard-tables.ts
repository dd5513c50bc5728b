/** Tables that the standard proposes (JPEG, annex K), brightness first, then colours, as the file has them. */
const factors = [
  [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
    112, 100, 120, 92, 101, 103, 99,
  ],
  [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, ...Array.from({ length: 50 }, () => 99)],
] as const; // prettier-ignore

/** Factors of a quality, 1 … 100: those of the standard at 50. */
export function factorsOf(quality: number): readonly [Uint8Array, Uint8Array] {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const scaled = (table: readonly number[]): Uint8Array =>
    Uint8Array.from(table, (value) => Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))));
  return [scaled(factors[0]), scaled(factors[1])];
}

/** A table of Huffman codes: how many there are of the lengths 1 … 16, and their values. */
export interface StandardTable {
  readonly counts: readonly number[];
  readonly values: readonly number[];
}

const direct = Array.from({ length: 12 }, (_, i) => i);

function fromHex(text: string): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** The ends of rows of codes that both tables have. */
function rows(text: string): string {
  return text.replaceAll(/(\w)(\w)-(\w)/g, (_, high: string, from: string, to: string) => {
    let row = "";
    for (let low = Number.parseInt(from, 16); low <= Number.parseInt(to, 16); low++)
      row += high + low.toString(16);
    return row;
  });
}

const brightness =
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a16-a25-a34-a43-a53-a63-a73-a83-a92-aa2-ab2-ac2-ad2-ae1-af1-a"; // prettier-ignore
const colors =
  "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f117-a26-a35-a43-a53-a63-a73-a82-a92-aa2-ab2-ac2-ad2-ae2-af2-a"; // prettier-ignore

/** Codes for the first frequencies of blocks, and for the others; of brightness, and of colours. */
export const standardTables: {
  readonly direct: readonly [StandardTable, StandardTable];
  readonly alternating: readonly [StandardTable, StandardTable];
} = {
  direct: [
    { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: direct },
    { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: direct },
  ],
  alternating: [
    { counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], values: fromHex(rows(brightness)) },
    { counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], values: fromHex(rows(colors)) },
  ],
};
