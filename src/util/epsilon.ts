let value = 1e-7;

/** The small number that keeps divisions and logarithms finite. @see Keras `config.epsilon` */
export function epsilon(): number {
  return value;
}

/** Sets it for what is traced from here on. @see Keras `config.set_epsilon` */
export function setEpsilon(epsilon: number): void {
  value = epsilon;
}
