/** Every command with its flags and help: what is accepted and what `--help` says come from this one table. */
import type { CommandName, CommandSpec, OptionSpec } from "./command.ts";

const JSON_OPTION = { json: { help: "print the result as JSON" } } as const;

const SEARCH: Readonly<Record<string, OptionSpec>> = {
  network: { value: "NAME", help: "which network of a program, where it has several" },
  bits: {
    value: "BITS",
    help: "outcome of a circuit, qubit 0 first, a dot for an open qubit (default: all 0)",
  },
  dtype: {
    value: "DTYPE",
    help: "of the elements of a circuit (default: complex128) or of a network in JSON (default: as the file says, else float64)",
  },
  seconds: { value: "S", help: "time of the search (default: 5)" },
  seed: { value: "N", help: "seed of the search (default: 1)" },
  minimize: {
    value: "WHAT",
    help: "flops (multiply-adds, the default), size (largest intermediate), combo (both, weighted), writes (elements written) or peak (memory)",
  },
  "max-size": { value: "LOG2", help: "slice until no intermediate has more than 2^LOG2 elements" },
  workers: { value: "K", help: "threads of the search (default: one a core)" },
};

const START: OptionSpec = {
  value: "PATHFILE",
  help: "search from this order of the network on, for none worse: JSON of opt_einsum, cotengra, OMEinsum or tnlab",
};

const TRIALS: OptionSpec = {
  value: "N",
  help: "end after N trials, however long they take (--seconds limits them): the tree is then the same on every machine, for any K",
};

const FILES_TO_ORDER =
  "FILE is a program (.tn), a circuit (.qsim, or .qasm for OpenQASM 2 and 3), a formula to count (.cnf, DIMACS), a " +
  'graphical model (.uai), or a network (.json: {"inputs": [["a","b"],...], "output": [...], "sizes": {"a": 2,...}, "dtype": "complex64"}). ' +
  "A circuit of more than 256 factors is simplified as it is read: gates that are diagonal become hyperedges, those of low " +
  "rank are split. An order and slices that a program defines are taken as they stand; --seconds, " +
  "--seed, --minimize or --workers search anew instead, and --max-size replaces the slices.";

const order: CommandSpec = {
  name: "order",
  synopsis: "FILE [options]",
  summary: "find an order of contraction, and say what it costs",
  details: [
    FILES_TO_ORDER,
    "Costs are scalar multiply-adds, summed over pairs as the product of all extents involved, all slices included.",
    'With --json: {"log10_flops", "log2_size", "log2_slices", "sliced": [indices], "seconds", "ssa_path": [[i,j],...]}. ' +
      "In ssa_path tensors 0 to n-1 are those of the file and step k makes tensor n+k; seconds is measured; " +
      "log10_flops is null where nothing is multiplied.",
  ],
  argument: { name: "FILE", required: true },
  options: { ...SEARCH, trials: TRIALS, start: START, ...JSON_OPTION },
  examples: [
    "tnlab order network.json --seconds 30 --seed 7 --json",
    "tnlab order network.json --trials 40",
    "tnlab order network.json --start order.json",
    "tnlab order circuit.qsim --bits 0101 --max-size 28",
  ],
};

const schedule: CommandSpec = {
  name: "schedule",
  synopsis: "FILE --machine M [--devices P] [options]",
  summary: "distribute a contraction over a machine, and say what that costs by its model",
  details: [
    FILES_TO_ORDER,
    "M is a preset (dgx-h100), threads or threads(n) for this computer, or the name of a machine that the program " +
      "defines. Every figure is modelled. Slices that neither the program nor --max-size fixes are chosen with the " +
      "distribution. E is the speedup beyond slicing alone on as many devices, R what it could be if communication were free.",
    'With --json: {"network", "machine", "devices", "method", "slices", "modelled_seconds", "seconds_by_kind", "flops", ' +
      '"local_bytes", "sent_bytes": {"node", "cluster"}, "messages", "peak_bytes", "communication_share", "slicing_seconds", ' +
      '"extra_speedup", "complexity_reduction", "extra_speedup_over_reduction"}; bytes, flops and messages are those of one device. ' +
      "--out writes the schedule as engines read it (dsl/schedule/schedule.ts).",
    "--devices A..B plans for every count that fills the machine's nodes, with the order found for one device and with one searched for " +
      'each count: --json then gives {"network", "machine", "points": [{"devices", "one_tree", "tree_of_each"}, ...]}. --slow-link says ' +
      'what the plan loses where one device has less of its links, and what is lost with a plan for that: "what_if" in --json.',
  ],
  argument: { name: "FILE", required: true },
  options: {
    machine: { value: "M", help: "the machine (required)" },
    devices: { value: "P", help: "devices to use (default: all of the machine), or a range such as 8..1024" },
    method: {
      value: "WHO",
      help: "slicing, greedy, prefix, tree, or joint, which searches the order too, for another --seconds (default: the best but joint)",
    },
    "slow-link": {
      value: "N,D[,X]",
      help: "what is lost where device D of node N, both from 0, has X percent of its links' bandwidth (default: 50)",
    },
    out: { value: "FILE.json", help: "write the schedule" },
    ...SEARCH,
    ...JSON_OPTION,
  },
  examples: [
    "tnlab schedule ising.tn --machine dgx-h100 --devices 8",
    "tnlab schedule network.json --machine h100-cluster --devices 64 --method tree --json --out schedule.json",
    "tnlab schedule circuit.qsim --dtype complex64 --machine h100-cluster --devices 8..1024",
    "tnlab schedule network.json --machine h100-cluster --devices 64 --slow-link 3,5",
  ],
};

const run: CommandSpec = {
  name: "run",
  synopsis: "FILE [options]",
  summary: "run a program (.tn) or a notebook (.ipynb)",
  details: [
    "A program prints what its run and show statements give; --to writes them with their figures as a page, or as a notebook. With --json: " +
      '{"ok", "outputs": [mime bundles], "results": [{"network", "engine", "arithmetic", "machine", "devices", "slices", ' +
      '"value": {"labels", "shape", "dtype", "re", "im"}, "exact": {"entries", "im", "relative_error"}, "warnings", ' +
      '"slow_links": [{"ranks", "bytes_per_second", "usual_bytes_per_second"}], "modelled_seconds", "measured_seconds", "peak_bytes"}], ' +
      '"diagnostics"}; results holds the last run of each network, entries of value are row-major. ' +
      "arithmetic names what multiplied, where that was not wasm. exact is there for counts and partition functions, its entries are decimal texts with all their digits.",
    "A notebook runs from top to bottom in a fresh kernel, and its outputs are printed, or written with --to. " +
      "It stops at the first cell that fails; what was done until then is written all the same. " +
      'With --json: {"ok", "cells": [{"id", "execution_count", "outputs"}]}.',
  ],
  argument: { name: "FILE", required: true },
  options: {
    to: {
      value: "OUT",
      help: "write the executed notebook, or the program as one: .html (one self-contained page) or .ipynb",
    },
    parameters: {
      value: "JSON",
      help: "values by name, typed as an object or in a file, for the notebook's cell with the tag parameters",
    },
    "allow-errors": { help: "go on after a cell that fails, and succeed all the same" },
    timeout: { value: "S", help: "limit of each cell of a notebook, in seconds (default: none)" },
    engine: { value: "E", help: "threads or torch, for all runs of a program that are not dry" },
    processes: { value: "P", help: "ranks of that engine (default: one a core)" },
    overlap: {
      help: "move beside contractions, tile by tile, in a program's runs on torch, as the language's torch(processes 4, overlap)",
    },
    arithmetic: {
      value: "WHO",
      help: "what multiplies in a program on threads: wasm (the same bits everywhere), wasm-relaxed (with multiply-adds that round once where the processor has them: faster, other bits on other computers), blas (one of this computer), or auto, wasm or blas, the faster for each product (default: TNLAB_ARITHMETIC, else wasm)",
    },
    checkpoints: {
      value: "FOLDER",
      help: "keep the sums of a program's slices there while it runs, and go on from those of a run that was stopped: at most a slice of each device is lost, or a second where slices are shorter",
    },
    trace: {
      value: "FILE.json",
      help: "write what every device did when, in a program's last run of each network, for ui.perfetto.dev",
    },
    ...JSON_OPTION,
  },
  examples: [
    "tnlab run ising.tn",
    "tnlab run ising.tn --to ising.html",
    "tnlab run ising.tn --trace ising.json",
    "tnlab run sycamore.tn --checkpoints sums",
    "tnlab run notebooks/quickstart.ipynb --to quickstart.html",
    "tnlab run sweep.ipynb --parameters '{\"beta\": 0.5}' --to sweep-5.ipynb",
  ],
};

const exportJob: CommandSpec = {
  name: "export-job",
  synopsis: "FILE --out JOB [--machine M] [--devices P] [options]",
  summary: "write a folder that runs the contraction on a cluster, with PyTorch and without Node",
  details: [
    "FILE, its order and slices, and M are as for tnlab schedule. JOB gets the schedule, the numbers, the interpreter, a " +
      "README, and scripts for torchrun, srun, mpirun and mpi4py; each rank is a process, on a GPU of its own where there are any. " +
      "A job that was stopped goes on from its last slice when it is started again. tnlab import-report JOB brings back " +
      "the value and what was measured.",
  ],
  argument: { name: "FILE", required: true },
  options: {
    out: { value: "JOB", help: "folder to write (required): a new one, or a job to replace" },
    machine: { value: "M", help: "the machine that the schedule is for (default: threads, this computer)" },
    devices: { value: "P", help: "ranks (default: all devices of the machine)" },
    ...SEARCH,
    device: { value: "D", help: "auto (GPUs where there are any, the default), cpu, cuda or cuda-shared" },
    overlap: {
      help: "plan moves beside contractions, tile by tile, as on machines whose links and devices work at once",
    },
    tf32: { help: "let GPUs multiply float32 and complex64 with 10-bit mantissas" },
  },
  examples: ["tnlab export-job ising.tn --machine dgx-h100 --out job && job/launch/torchrun.sh"],
};

const importReport: CommandSpec = {
  name: "import-report",
  synopsis: "JOB [--json]",
  summary: "print value and times of a job that has run, as tnlab run does",
  details: ["With --json: one entry of the results of tnlab run --json."],
  argument: { name: "JOB", required: true },
  options: JSON_OPTION,
  examples: ["tnlab import-report job --json"],
};

export const commands: Readonly<Record<CommandName, CommandSpec>> = {
  check: {
    name: "check",
    synopsis: "FILE.tn [--json]",
    summary: "report every mistake of a program without running it",
    details: [
      'With --json: {"ok", "networks": [{"name", "tensors", "indices", "open", "dtype"}], ' +
        '"diagnostics": [{"file", "line", "column", "end_line", "end_column", "severity", "code", "message", "hint"}]}.',
    ],
    argument: { name: "FILE", required: true },
    options: JSON_OPTION,
    examples: ["tnlab check ising.tn"],
  },
  fmt: {
    name: "fmt",
    synopsis: "FILE.tn [--write | --check]",
    summary: "print a program in the canonical layout, comments kept",
    details: [
      "Only the layout changes. A program that cannot be read is left alone, and its mistakes are reported.",
    ],
    argument: { name: "FILE", required: true },
    options: {
      write: { help: "write the result into the file, and print nothing" },
      check: { help: "print nothing; exit code 1 where the layout is not the canonical one" },
    },
    examples: ["tnlab fmt --write ising.tn"],
  },
  order,
  schedule,
  run,
  export: {
    name: "export",
    synopsis: "FILE.ipynb [--to OUT.html]",
    summary: "write a notebook as one page, which works without a network",
    details: [
      "The outputs are those that the notebook holds; tnlab run FILE.ipynb --to OUT.html runs it first. Figures can be " +
        "moved about and tell more under the mouse; where scripts are blocked, a still picture stands for each.",
    ],
    argument: { name: "FILE", required: true },
    options: { to: { value: "OUT.html", help: "the page to write (default: beside the notebook)" } },
    examples: ["tnlab export notebooks/quickstart.ipynb --to quickstart.html"],
  },
  "export-job": exportJob,
  "import-report": importReport,
  lab: {
    name: "lab",
    synopsis: "[FOLDER] [options]",
    summary: "open the notebooks of a folder in the browser, until Ctrl-C",
    details: ["FOLDER is the current one where it is left out. The page is for this computer only."],
    argument: { name: "FOLDER", required: false },
    options: {
      port: { value: "N", help: "port to serve on (default: a free one)" },
      "no-open": { help: "do not open the browser; the address is printed anyway" },
    },
    examples: ["tnlab lab notebooks"],
  },
  install: {
    name: "install",
    synopsis: "[--user | --prefix DIR] [--json]",
    summary: "register the kernel with Jupyter, and print where",
    details: ['With --json: {"folder"}.'],
    options: {
      user: { help: "for this user (the default)" },
      prefix: { value: "DIR", help: "into DIR/share/jupyter, such as a virtual environment's" },
      ...JSON_OPTION,
    },
    examples: ['tnlab install --prefix "$VIRTUAL_ENV"'],
  },
  doctor: {
    name: "doctor",
    synopsis: "[--json]",
    summary: "say what was found on this computer, and how fast it is",
    details: [
      'With --json: {"node", "platform", "cores", "memory_bytes", "flops_per_second": {dtype: flops}, ' +
        '"memory_bytes_per_second", "blas": {"file", "description", "flops_per_second"}, "blas_troubles", ' +
        '"peak_flops_per_second": {"float32", "float64"}, "torch": {"python", "version"}, "jupyter"}; rates are measured on one ' +
        "thread, a complex multiply-add counts as 8 flops and a real one as 2; blas is null where none can be used, the peak " +
        "where there is no C compiler to measure it with, version where that Python has no torch. A BLAS is looked for by the " +
        "names of OpenBLAS, BLIS, MKL and Accelerate, or as TNLAB_BLAS says: a path, or none.",
    ],
    options: JSON_OPTION,
    examples: ["tnlab doctor"],
  },
  kernel: {
    name: "kernel",
    synopsis: "--connection-file F",
    summary: "the kernel that Jupyter starts",
    details: [],
    options: { "connection-file": { value: "F", help: "ports and key, as Jupyter writes them (required)" } },
    examples: [],
  },
};
