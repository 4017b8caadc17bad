/** `show`: the figure of a network, its order, its schedule or its run. */
import {
  deviceCount,
  deviceCounts,
  log2RoomOf,
  whatIf,
  withDegradedLink,
  type Action,
  type ContractionTree,
  type Machine,
  type Schedule,
} from "../../dsl/index.ts";
import { communicationFigure } from "../figure/communication.ts";
import { contractionFigure } from "../figure/contraction.ts";
import { degradationFigure, type DegradationPoint } from "../figure/degradation.ts";
import type { Figure } from "../figure/figure.ts";
import { memoryFigure } from "../figure/memory.ts";
import { networkFigure } from "../figure/network.ts";
import { rooflineFigure } from "../figure/roofline.ts";
import { speedupFigure } from "../figure/speedup.ts";
import { timelineFigure } from "../figure/timeline.ts";
import { trafficFigure } from "../figure/traffic.ts";
import { treeFigure } from "../figure/tree.ts";
import { searchOrder } from "../search/search.ts";
import { speedupsApart } from "./planning.ts";
import { distributionOf, machineOfReport, planFor, reportOf, scheduleOf } from "./plans.ts";
import { machineFor, networkNamed, resultsOf, searchOptionsFor, type Session } from "./results.ts";

type Show = Extract<Action, { kind: "show" }>;

export async function figureOf(session: Session, action: Show): Promise<Figure> {
  const { figure, network: name, machine: on } = action;
  const { network } = networkNamed(session, name);
  switch (figure) {
    case "network":
      return networkFigure(network);
    case "order":
      return treeFigure(network, (await resultsOf(session, name)).tree);
    case "contraction":
      return contractionFigure(network, (await resultsOf(session, name)).tree);
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
    case "degradation":
      return degradationOf(session, action);
    default:
      return figure satisfies never;
  }
}

/** The counts that a figure over devices is asked for. */
function countsOf({ counts }: Show, machine: Machine): readonly number[] | undefined {
  if (counts === undefined) return undefined;
  return counts.kind === "list" ? counts.counts : deviceCounts(machine, counts.from, counts.to);
}

async function speedupsOf(session: Session, action: Show): Promise<Figure> {
  const { network: name, machine: on } = action;
  const { network } = networkNamed(session, name);
  const machine = machineFor(session, distributionOf(session, name, on).machine);
  const { tree } = await resultsOf(session, name);
  const wanted = countsOf(action, machine) ?? deviceCounts(machine, 1, deviceCount(machine));
  const { signal } = session.host;
  const own: ContractionTree[] = [];
  if (action.search !== undefined)
    for (const devices of wanted) {
      const maxLog2Size = log2RoomOf(network, machine, devices);
      const options = { ...searchOptionsFor(session, network, action.search), maxLog2Size, signal };
      own.push((await searchOrder(network, options)).tree);
    }
  const points = await speedupsApart({ network, tree, machine }, wanted, own, signal);
  return speedupFigure(network.name, machine.name, points);
}

/** What is asked about a machine whose links are all whole. */
const HALVED = { node: 0, device: 0, share: 0.5 };

async function degradationOf(session: Session, action: Show): Promise<Figure> {
  const { network: name, machine: on } = action;
  const spec = distributionOf(session, name, on);
  const given = machineFor(session, spec.machine);
  const whole = given.degraded === undefined ? given : { ...given, degraded: [] };
  const hurt = given.degraded === undefined ? withDegradedLink(given, HALVED) : given;
  const points: DegradationPoint[] = [];
  for (const devices of countsOf(action, hurt) ?? [spec.devices ?? deviceCount(hurt)]) {
    const planOn = async (machine: Machine): Promise<Schedule> =>
      (await planFor(session, name, { ...spec, devices, machine: { kind: "model", machine } })).schedule;
    const [healthy, anew] = [await planOn(whole), await planOn(hurt)];
    points.push({ healthy, ...whatIf(healthy, hurt, () => anew) });
  }
  return degradationFigure(name, given.name, hurt.degraded ?? [], points);
}
