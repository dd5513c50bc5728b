export { Rescaling } from "./rescaling.ts";
