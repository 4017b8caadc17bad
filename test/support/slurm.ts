/** What a job asks of Slurm, on this computer alone: `sbatch`, `srun` and `scontrol show hostnames`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Runs a copy of the script, as Slurm does, in the folder in which it was submitted; its output is not kept in a file. */
const SBATCH = `
while [[ "$1" == --* ]]; do shift 2; done
cp "$1" "$(dirname "$0")/slurm_script"
export SLURM_SUBMIT_DIR="$PWD" SLURM_JOB_ID="$$" SLURM_JOB_NODELIST=127.0.0.1
exec bash "$(dirname "$0")/slurm_script"
`;

/** Starts the tasks side by side; the first that fails is the one that it fails with. */
const SRUN = `
while [[ "$1" == --* ]]; do
  case "$1" in
    --ntasks) export SLURM_NTASKS="$2" SLURM_TASKS_PER_NODE="$2(x1)"; shift 2 ;;
    --*=*) shift ;;
    *) shift 2 ;;
  esac
done
for ((rank = 0; rank < SLURM_NTASKS; rank++)); do
  SLURM_PROCID="$rank" SLURM_LOCALID="$rank" "$@" &
done
for ((rank = 0; rank < SLURM_NTASKS; rank++)); do wait -n || exit $?; done
`;

const SCONTROL = `
[ "$1 $2" = "show hostnames" ] && echo "$3"
`;

/** A folder with the three commands, for PATH. */
export function slurmFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-slurm-"));
  for (const [name, text] of Object.entries({ sbatch: SBATCH, srun: SRUN, scontrol: SCONTROL }))
    writeFileSync(path.join(folder, name), `#!/usr/bin/env bash\nset -euo pipefail${text}`, { mode: 0o755 });
  return folder;
}
