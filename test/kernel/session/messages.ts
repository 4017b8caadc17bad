/** Requests to a kernel process. */
import type { JupyterMessage, KernelProcess } from "../../../kernel/session/channel.ts";

let count = 0;

/** All messages that answer a request, up to idle. */
export function answersTo(
  kernel: KernelProcess,
  msg_type: string,
  content: JupyterMessage["content"],
): Promise<readonly JupyterMessage[]> {
  count += 1;
  const msg_id = `request-${String(count)}`;
  const heard: JupyterMessage[] = [];
  return new Promise((resolve) => {
    const end = kernel.subscribe((message) => {
      if (message.parent_header.msg_id !== msg_id) return;
      heard.push(message);
      if (message.content["execution_state"] !== "idle") return;
      end();
      resolve(heard);
    });
    const header = { msg_id, msg_type, session: "s", username: "u", date: "", version: "5.4" };
    kernel.send({ channel: "shell", header, parent_header: {}, metadata: {}, content });
  });
}
