let isInteractive = true;

/**
 * With `verbose: "auto"`, `fit`, `evaluate` and `predict` draw a progress bar on a terminal. This is the default.
 *
 * @see Keras `utils/io_utils.py`, `config.enable_interactive_logging`
 */
export function enableInteractiveLogging(): void {
  isInteractive = true;
}

/**
 * With `verbose: "auto"`, `fit`, `evaluate` and `predict` write whole lines as they do into a log, on terminals too.
 *
 * @see Keras `utils/io_utils.py`, `config.disable_interactive_logging`
 */
export function disableInteractiveLogging(): void {
  isInteractive = false;
}

/** Whether `verbose: "auto"` may draw progress bars. @see Keras `config.is_interactive_logging_enabled` */
export function isInteractiveLoggingEnabled(): boolean {
  return isInteractive;
}
