/** Bytes after 0xFF that begin a part of the file (JPEG, table B.1). */
export const marker = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantization: 0xdb,
  numberOfLines: 0xdc,
  restartInterval: 0xdd,
  huffman: 0xc4,
  arithmetic: 0xcc,
  jfif: 0xe0,
  adobe: 0xee,
} as const;

/** From the order of a block's numbers in files, which runs along its diagonals, to their places in it (JPEG, figure A.6). */
export const zigzag: Uint8Array = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
); // prettier-ignore
