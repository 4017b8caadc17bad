/** `show`: the figure of a network, its order, its schedule or its run. */
import { deviceCount, deviceCounts, type Action } from "../../dsl/index.ts";
import { communicationFigure } from "../figure/communication.ts";
import type { Figure } from "../figure/figure.ts";
import { memoryFigure } from "../figure/memory.ts";
import { networkFigure } from "../figure/network.ts";
import { rooflineFigure } from "../figure/roofline.ts";
import { speedupFigure } from "../figure/speedup.ts";
import { timelineFigure } from "../figure/timeline.ts";
import { trafficFigure } from "../figure/traffic.ts";
import { treeFigure } from "../figure/tree.ts";
import { speedupsApart } from "./planning.ts";
import { distributionOf, machineOfReport, reportOf, scheduleOf } from "./plans.ts";
import { machineFor, networkNamed, resultsOf, type Session } from "./results.ts";

type Show = Extract<Action, { kind: "show" }>;

export async function figureOf(session: Session, action: Show): Promise<Figure> {
  const { figure, network: name, machine: on } = action;
  const { network } = networkNamed(session, name);
  switch (figure) {
    case "network":
      return networkFigure(network);
    case "order":
      return treeFigure(network, (await resultsOf(session, name)).tree);
    case "communication":
      return communicationFigure(await reportOf(session, name, on));
    case "traffic":
      return trafficFigure(await scheduleOf(session, name, on));
    case "timeline":
      return timelineFigure(await reportOf(session, name, on));
    case "memory":
      return memoryFigure(
        await reportOf(session, name, on),
        (await machineOfReport(session, name)).device.memoryBytes,
      );
    case "roofline":
      return rooflineFigure(
        await reportOf(session, name, on),
        await machineOfReport(session, name),
        network.dtype,
      );
    case "speedup":
      return speedupsOf(session, action);
    default:
      return figure satisfies never;
  }
}

function machineOf(session: Session, name: string, on: Show["machine"]) {
  return machineFor(session, distributionOf(session, name, on).machine);
}

async function speedupsOf(session: Session, { network: name, machine: on, counts }: Show): Promise<Figure> {
  const { network } = networkNamed(session, name);
  const machine = machineOf(session, name, on);
  const { tree } = await resultsOf(session, name);
  const range = counts ?? { kind: "range", from: 1, to: deviceCount(machine) };
  const wanted = range.kind === "list" ? range.counts : deviceCounts(machine, range.from, range.to);
  return speedupFigure(
    network.name,
    machine.name,
    await speedupsApart({ network, tree, machine }, wanted, {}, session.host.signal),
  );
}
