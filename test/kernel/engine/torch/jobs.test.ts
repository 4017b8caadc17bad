/** Job folders, run as a cluster would run them: by their own scripts and environment, without tnlab. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, tnlab } from "../../cli/tnlab.ts";
import { slurmFolder } from "../../../support/slurm.ts";
import { isingSum, PROGRAM } from "./ising.ts";
import { because, hasTorch, python } from "./python.ts";

async function exported(devices: number): Promise<string> {
  const folder = folderWith({ "ising.tn": PROGRAM });
  const job = path.join(folder, "job");
  const { code, stderr } = await tnlab(
    ["export-job", "ising.tn", "--out", "job", "--devices", String(devices), "--device", "cpu"],
    folder,
  );
  expect([code, stderr]).toEqual([0, ""]);
  return job;
}

async function imported(job: string): Promise<number> {
  const { code, stdout, stderr } = await tnlab(["import-report", job, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  const result = JSON.parse(stdout) as { engine: string; value: { re: number[] }; measured_seconds: number };
  expect(result.engine).toBe("torch");
  expect(result.measured_seconds).toBeGreaterThan(0);
  return result.value.re[0] ?? NaN;
}

/** As inside an allocation of Slurm: mpirun's ranks inherit the batch script's SLURM_PROCID. */
function underMpirun(rank: number, port: string): NodeJS.ProcessEnv {
  return {
    SLURM_PROCID: "0",
    SLURM_NTASKS: "1",
    OMPI_COMM_WORLD_RANK: String(rank),
    OMPI_COMM_WORLD_SIZE: "2",
    OMPI_COMM_WORLD_LOCAL_RANK: String(rank),
    OMPI_COMM_WORLD_LOCAL_SIZE: "2",
    MASTER_PORT: port,
  };
}

/** What is used of mpi4py, for two ranks of one computer. */
function mpiOf(port: number): string {
  return `import os
class COMM_WORLD:
    Get_rank = staticmethod(lambda: int(os.environ["STAND_IN_RANK"]))
    allgather = staticmethod(lambda own: [own, own])
    bcast = staticmethod(lambda own: ${port})
Get_processor_name = lambda: "here"
Finalize = lambda: None
`;
}

/** Its exit code, and what it said on standard error. */
function ended(child: ReturnType<typeof spawn>): Promise<[number | null, string]> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve) => child.once("close", (code) => resolve([code, errors])));
}

describe.skipIf(!hasTorch)(`jobs${because}`, () => {
  test("torchrun runs the exported folder by its own script", async () => {
    const job = await exported(2);
    expect(existsSync(path.join(job, "report.json"))).toBe(false);
    const search = `${path.dirname(python)}${path.delimiter}${process.env["PATH"] ?? ""}`;
    const script = path.join(job, "launch", "torchrun.sh");
    const { status, stdout } = spawnSync(script, { env: { ...process.env, PATH: search }, encoding: "utf8" });
    expect(status).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect([events.at(0), events.at(-1)]).toEqual(["start", "done"]);
    expect(await imported(job)).toBeCloseTo(isingSum(3, 0.3), 8);
    expect(existsSync(path.join(job, "checkpoint"))).toBe(false);
  });

  test("Slurm starts the ranks by the script and the command that the job's README gives", async () => {
    const job = await exported(2);
    const [, submit = ""] =
      /`(sbatch [^`]* launch\/srun\.sh)`/.exec(readFileSync(path.join(job, "README.md"), "utf8")) ?? [];
    const search = [slurmFolder(), path.dirname(python), process.env["PATH"] ?? ""].join(path.delimiter);
    const env = { ...process.env, PATH: search, MASTER_PORT: String(20_000 + (process.pid % 10_000)) };
    const { status, stderr } = spawnSync(submit, { cwd: job, env, shell: true, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(await imported(job)).toBeCloseTo(isingSum(3, 0.3), 8);
  });

  test("ranks started by mpirun find each other", async () => {
    const job = await exported(2);
    const port = String(20_001 + (process.pid % 10_000));
    const ranks = [0, 1].map((rank) => {
      const env = { PATH: process.env["PATH"], ...underMpirun(rank, port) };
      return ended(
        spawn(python, ["-m", "interpreter", "."], { cwd: job, env, stdio: ["ignore", "ignore", "pipe"] }),
      );
    });
    expect(await Promise.all(ranks)).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(await imported(job)).toBeCloseTo(isingSum(3, 0.3), 8);
  });

  test("ranks that MPI tells by mpi4py find each other", async () => {
    const job = await exported(2);
    const port = 20_002 + (process.pid % 10_000);
    const search = folderWith({ "mpi4py/": "", "mpi4py/MPI.py": mpiOf(port) });
    const ranks = ["0", "1"].map((rank) => {
      const env = { PATH: process.env["PATH"], PYTHONPATH: search, STAND_IN_RANK: rank };
      const words = ["-m", "interpreter.mpi", "."];
      return ended(spawn(python, words, { cwd: job, env, stdio: ["ignore", "ignore", "pipe"] }));
    });
    expect(await Promise.all(ranks)).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(await imported(job)).toBeCloseTo(isingSum(3, 0.3), 8);
  });

  test("a rank with another schedule is refused before anything is sent", async () => {
    const [job, other] = [await exported(2), await exported(2)];
    const file = path.join(other, "schedule.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"network":"Z"', '"network":"Y"'));
    const port = String(30_000 + (process.pid % 10_000));
    const ranks = [job, other].map((cwd, rank) => {
      const env = { PATH: process.env["PATH"], RANK: String(rank), WORLD_SIZE: "2", MASTER_PORT: port };
      return ended(
        spawn(python, ["-m", "interpreter", "."], { cwd, env, stdio: ["ignore", "ignore", "pipe"] }),
      );
    });
    const second = await ranks[1];
    expect(second?.[0]).toBe(1);
    expect(second?.[1]).toMatch(/rank 1 has another schedule than rank 0/);
    await ranks[0];
  });

  test("modules of the interpreter by themselves", () => {
    const tests = path.resolve("test/kernel/engine/torch");
    const { status, stderr } = spawnSync(
      python,
      ["-B", "-W", "ignore", "-m", "unittest", "-q", "test_interpreter", "test_arithmetic"],
      {
        cwd: tests,
        env: { ...process.env, PYTHONPATH: path.resolve("kernel/engine/torch") },
        encoding: "utf8",
      },
    );
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^-+\nRan [1-9]\d* tests .*\n\nOK\n$/)]);
  });
});

test("a job that has not run has no report, and says so", async () => {
  const job = await exported(2);
  const { code, stderr } = await tnlab(["import-report", job]);
  expect([code, stderr]).toEqual([1, `tnlab: "${job}" has no report.json: its job has not run to the end\n`]);
});

test("a job replaces a job, with what it had left; where that has no room nothing is left", async () => {
  const job = await exported(2);
  writeFileSync(path.join(job, "report.json"), "{}");
  writeFileSync(path.join(job, "failure-1.json"), "{}");
  const again = await tnlab(["export-job", "ising.tn", "--out", "job", "--devices", "1"], path.dirname(job));
  expect(again.code).toBe(0);
  expect(["report.json", "failure-1.json"].filter((name) => existsSync(path.join(job, name)))).toEqual([]);
  rmSync(path.join(job, "inputs.npy"));
  symlinkSync("/dev/full", path.join(job, "inputs.npy"));
  const full = await tnlab(["export-job", "ising.tn", "--out", "job"], path.dirname(job));
  expect([full.code, full.stderr]).toEqual([1, 'tnlab: cannot write "job": the disk is full\n']);
  expect(readdirSync(job)).toEqual([]);
  writeFileSync(path.join(job, "notes"), "");
  const refused = await tnlab(["export-job", "ising.tn", "--out", "job"], path.dirname(job));
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'tnlab: cannot write "job": it holds other files; name a new folder\n',
  ]);
});

test("the scripts fit the nodes of the machine", async () => {
  const machine = `machine two {
  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 2 devices over 450 GB/s latency 3 us
  cluster 2 nodes over 50 GB/s latency 8 us
}
`;
  const folder = folderWith({ "ising.tn": PROGRAM + machine });
  const { code, stderr } = await tnlab(
    ["export-job", "ising.tn", "--machine", "two", "--out", "job"],
    folder,
  );
  expect([code, stderr]).toEqual([0, ""]);
  const script = (name: string): string => readFileSync(path.join(folder, "job", "launch", name), "utf8");
  expect(script("torchrun.sh")).toContain("--standalone --nproc-per-node 4 --max-restarts 0");
  expect(script("srun-torchrun.sh")).toContain("--nnodes 2 --nproc-per-node 2 --max-restarts 0");
  expect(script("srun.sh")).toContain("--nodes 2 --ntasks 4 --ntasks-per-node 2 --kill-on-bad-exit=1");
  expect(script("mpirun.sh")).toContain("-np 4 --map-by ppr:2:node");
  expect(script("mpi4py.sh")).toContain("mpiexec -n 4 python3 -m interpreter.mpi .");
  for (const name of ["torchrun.sh", "srun-torchrun.sh", "srun.sh", "mpirun.sh", "mpi4py.sh"])
    expect(spawnSync("bash", ["-n", path.join(folder, "job", "launch", name)]).status).toBe(0);
});
