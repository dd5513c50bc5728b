let isEnabled = true;

/**
 * Lets attention layers that are made from now on choose how they work: long sequences by tiles, without an array of all
 * pairs of positions. This is the default; `flashAttention: true` of a layer asks for tiles whatever the length.
 *
 * @see Keras `config.enable_flash_attention`
 */
export function enableFlashAttention(): void {
  isEnabled = true;
}

/**
 * Keeps attention layers that are made from now on from working by tiles, but for those that ask for it with
 * `flashAttention: true`.
 *
 * @see Keras `config.disable_flash_attention`
 */
export function disableFlashAttention(): void {
  isEnabled = false;
}

/** Whether attention layers may work by tiles where they are not told. @see Keras `config.is_flash_attention_enabled` */
export function isFlashAttentionEnabled(): boolean {
  return isEnabled;
}
