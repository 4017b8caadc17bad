/** The connection to the lab's server. */
import {
  ContentsManager,
  KernelManager,
  KernelSpecManager,
  ServerConnection,
  SessionManager,
} from "@jupyterlab/services";
import type { ServiceManager } from "@jupyterlab/services";

/** Messages travel as plain JSON, so no subprotocol is offered. */
class JsonSocket extends WebSocket {
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- it drops the second argument
  constructor(url: string | URL) {
    super(url);
  }
}

/** The managers a notebook uses; settings, workspaces, terminals and the like do not exist here. */
export function connectServices(): ServiceManager.IManager {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: `${location.origin}/`,
    wsUrl: `${location.origin.replace(/^http/, "ws")}/`,
    token: "",
    appendToken: false,
    WebSocket: JsonSocket,
  });
  const kernels = new KernelManager({ serverSettings });
  const kernelspecs = new KernelSpecManager({ serverSettings });
  const sessions = new SessionManager({ serverSettings, kernelManager: kernels });
  const contents = new ContentsManager({ serverSettings });
  const ready = Promise.all([kernels.ready, kernelspecs.ready, sessions.ready]).then(() => undefined);
  const services = { serverSettings, kernels, kernelspecs, sessions, contents, ready, isReady: true };
  return services as unknown as ServiceManager.IManager;
}
