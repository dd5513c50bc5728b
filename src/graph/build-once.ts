/** A layer, as far as building it goes. */
interface Buildable {
  build(...shapes: never[]): void;
  ensureBuilt(shapes: readonly unknown[]): void;
}

function buildOnce(this: Buildable, ...shapes: readonly unknown[]): void {
  this.ensureBuilt(shapes);
}

/**
 * Puts a check before a layer's own `build`: called by the user, or by the layer that holds it, it makes the weights once
 * and the layer counts as built.
 *
 * @see Keras `layers/layer.py`, `build_wrapper`
 */
export function guardBuild(layer: Buildable): void {
  Object.defineProperty(layer, "build", { value: buildOnce, writable: true, configurable: true });
}

/** The `build` of the layer's class, behind the check. */
function buildOf(layer: Buildable): Buildable["build"] {
  if (layer.build !== buildOnce) return layer.build;
  const { build }: Buildable = Object.getPrototypeOf(layer);
  return build;
}

/** Runs the `build` of the layer's class. */
export function buildNow(layer: Buildable, shapes: readonly unknown[]): void {
  // SAFETY: a subclass's build takes the shapes of its own call's tensors.
  (buildOf(layer) as (...shapes: readonly unknown[]) => void).apply(layer, [...shapes]);
}

/** Takes the check away where the class's `build` is this one, which sees by itself to when the layer counts as built. */
export function unguardBuild(layer: Buildable, build: unknown): void {
  if (layer.build === buildOnce && buildOf(layer) === build) Reflect.deleteProperty(layer, "build");
}
