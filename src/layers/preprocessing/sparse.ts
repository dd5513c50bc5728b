import { OptionError } from "../../util/errors.ts";

/** There are no sparse tensors: the option is known, and only false. */
export function refuseSparse(where: string, value: unknown): false {
  if (value === false || value === undefined) return false;
  throw new OptionError(
    `${where}: expected \`sparse\` to be false, since there are no sparse tensors; received ${JSON.stringify(value)}.`,
  );
}
