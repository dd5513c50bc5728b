import { callable } from "../util/callable.ts";
import { DataError, warnOnce } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { postText } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type InOrder } from "./callback.ts";
import type { Logs } from "./logs.ts";

export interface RemoteMonitorOptions {
  /** Default `"http://localhost:9000"`. */
  readonly root?: string | undefined;
  /** Default `"/publish/epoch/end/"`. */
  readonly path?: string | undefined;
  /** Name of the form's field that holds the JSON. Default `"data"`. */
  readonly field?: string | undefined;
  /** Further HTTP headers. */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /** Send JSON rather than a form. Default false. */
  readonly sendAsJson?: boolean | undefined;
}

class RemoteMonitorCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    root: "http://localhost:9000",
    path: "/publish/epoch/end/",
    field: "data",
    headers: null,
    sendAsJson: false,
  };

  readonly root: string;
  readonly path: string;
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sendAsJson: boolean;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<RemoteMonitorOptions>(
      "RemoteMonitor",
      RemoteMonitorCallback.parameters,
      args,
      [],
    );
    super();
    this.root = options.root ?? "http://localhost:9000";
    this.path = options.path ?? "/publish/epoch/end/";
    this.field = options.field ?? "data";
    this.headers = options.headers ?? {};
    this.sendAsJson = options.sendAsJson ?? false;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const json = JSON.stringify({ epoch, ...logs });
    const body = this.sendAsJson ? json : new URLSearchParams({ [this.field]: json }).toString();
    const type = this.sendAsJson ? "application/json" : "application/x-www-form-urlencoded";
    try {
      await postText(this.root + this.path, body, { "content-type": type, ...this.headers });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      warnOnce(`RemoteMonitor: ${error.message}`);
    }
  }
}

export type RemoteMonitor = RemoteMonitorCallback;
type Arguments = InOrder<RemoteMonitorOptions, ["root", "path", "field", "headers", "sendAsJson"]>;

/** Sends losses and metrics to a server after each epoch. @see Keras `callbacks/remote_monitor.py` */
export const RemoteMonitor: CallbackConstructor<Arguments, RemoteMonitor> = callable<
  typeof RemoteMonitorCallback,
  CallbackConstructor<Arguments, RemoteMonitor>
>(RemoteMonitorCallback);
