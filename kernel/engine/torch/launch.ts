/** What makes a job folder run by itself: the interpreter, scripts that start it, and a README. */
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { formatBytes, formatSeconds, rankCount, type Schedule } from "../../../dsl/core.ts";
import { interpreterParent } from "./python.ts";

/** Ranks on each node, and how many nodes. */
interface Shape {
  readonly perNode: number;
  readonly nodes: number;
}

function shapeOf({ mesh }: Schedule): Shape {
  return {
    perNode: rankCount(mesh.filter(({ tier }) => tier === "node")),
    nodes: rankCount(mesh.filter(({ tier }) => tier === "cluster")),
  };
}

const HEAD = `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
`;

const FIRST_HOST = `MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export MASTER_ADDR MASTER_PORT="\${MASTER_PORT:-29500}"
`;

/** By file name. Restarts are 0: a job is started anew from its checkpoint, not from within. */
function scripts({ perNode, nodes }: Shape): Readonly<Record<string, string>> {
  return {
    "torchrun.sh": `# One node.
exec torchrun --standalone --nproc-per-node ${perNode * nodes} --max-restarts 0 -m interpreter .
`,
    "srun-torchrun.sh": `# Slurm starts one torchrun a node, in an allocation: sbatch --nodes ${nodes} launch/srun-torchrun.sh
${FIRST_HOST}exec srun --nodes ${nodes} --ntasks ${nodes} --ntasks-per-node 1 --kill-on-bad-exit=1 \\
  torchrun --nnodes ${nodes} --nproc-per-node ${perNode} --max-restarts 0 \\
  --rdzv-backend c10d --rdzv-id "$SLURM_JOB_ID" --rdzv-endpoint "$MASTER_ADDR:$MASTER_PORT" -m interpreter .
`,
    "srun.sh": `# Slurm starts the ranks, in an allocation: sbatch --nodes ${nodes} --ntasks-per-node ${perNode} launch/srun.sh
${FIRST_HOST}exec srun --nodes ${nodes} --ntasks ${nodes * perNode} --ntasks-per-node ${perNode} --kill-on-bad-exit=1 \\
  --distribution block python3 -m interpreter .
`,
    "mpirun.sh": `# Open MPI starts the ranks; set MASTER_ADDR to the first of several hosts.
export MASTER_ADDR="\${MASTER_ADDR:-127.0.0.1}" MASTER_PORT="\${MASTER_PORT:-29500}"
exec mpirun -np ${nodes * perNode} --map-by ppr:${perNode}:node -x MASTER_ADDR -x MASTER_PORT \\
  python3 -m interpreter .
`,
    "mpi4py.sh": `# Any MPI starts the ranks, and tells them by mpi4py where they meet.
exec mpiexec -n ${nodes * perNode} python3 -m interpreter.mpi .
`,
  };
}

/** sbatch runs a copy of its script, so that its folder is the one it was called from. */
const HEAD_OF_BATCH = `#!/usr/bin/env bash
set -euo pipefail
if [ -n "\${SLURM_SUBMIT_DIR:-}" ]; then cd "$SLURM_SUBMIT_DIR"; else cd "$(dirname "$0")/.."; fi
`;

/** Writes the interpreter, `launch/` and `README.md` into a job folder. */
export function writeLaunchers(folder: string, schedule: Schedule): void {
  const from = path.join(interpreterParent, "interpreter");
  const filter = (name: string): boolean => !name.endsWith("__pycache__");
  cpSync(from, path.join(folder, "interpreter"), { recursive: true, filter });
  mkdirSync(path.join(folder, "launch"), { recursive: true });
  for (const [name, text] of Object.entries(scripts(shapeOf(schedule)))) {
    const file = path.join(folder, "launch", name);
    writeFileSync(file, (name.startsWith("srun") ? HEAD_OF_BATCH : HEAD) + text);
    chmodSync(file, 0o755);
  }
  writeFileSync(path.join(folder, "README.md"), readme(schedule));
}

function readme(schedule: Schedule): string {
  const { network, machine, dtype, slices, peakBytes, modelledSeconds } = schedule;
  const { perNode, nodes } = shapeOf(schedule);
  return `# A contraction to run: ${network}

${nodes * perNode} ranks (${nodes} x ${perNode}), ${dtype}, ${slices} slice(s), planned for ${machine}:
${formatBytes(peakBytes)} on each rank and ${formatSeconds(modelledSeconds)}, both modelled.

It needs Python 3.11 or newer with PyTorch (tested with 2.15) on every node, this folder under the same path on every node,
and nothing else. Each rank takes a GPU of its own (NCCL), or cores where there are no GPUs (gloo).

| script | who starts the ranks |
|---|---|
| \`launch/torchrun.sh\` | torchrun, on one node |
| \`launch/srun-torchrun.sh\` | one torchrun a node, by Slurm (\`sbatch --nodes ${nodes} launch/srun-torchrun.sh\`, from this folder) |
| \`launch/srun.sh\` | Slurm (\`sbatch --nodes ${nodes} --ntasks-per-node ${perNode} launch/srun.sh\`, from this folder) |
| \`launch/mpirun.sh\` | Open MPI |
| \`launch/mpi4py.sh\` | any MPI, where Python has mpi4py too |

Any launcher will do that sets RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR and MASTER_PORT and runs
\`python3 -m interpreter .\` here. MASTER_PORT (29500 without it) must be free on the first node. How GPUs are asked for differs
from site to site: add it to the call of sbatch (\`--gpus-per-node ${perNode}\`).

Rank 0 prints a line of JSON for each step. At the end \`report.json\` holds what was measured on every rank and
\`result.npy\` the value; \`tnlab import-report\` with this folder prints both. A rank that fails says why on standard error
and in \`failure-<rank>.json\`, and the launcher ends the others. Started again, a job goes on from the last slice that each
group of ranks has saved in \`checkpoint/\`.

\`schedule.json\` is what the ranks do, \`job.json\` what they need beside it, \`inputs.npy\` the numbers, of which each rank
maps its part.
`;
}
