"""Jupyter's own conformance suite for kernels.

Left out, because there is nothing to test:
- test_pager: pages belong to the payloads of execute_reply, which the protocol has deprecated; the kernel sends none.
"""

from jupyter_kernel_test import IopubWelcomeTests, KernelTests, ensure_sync

PLOTLY = "application/vnd.plotly.v1+json"

# The suite waits 0.1 s for a message after the reply; a loaded machine may need more.
PATIENCE_SECONDS = 30

NETWORK = """%%tn
tensor H[a: 2, b: 2] = [[1, 2], [3, 4]]
network T = H[p,q] H[q,r] H[r,p]
"""


class Conformance(KernelTests):
    kernel_name = "tnlab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("careful")'
    completion_samples = [
        {"text": "Math.sqr", "matches": {"sqrt", "SQRT2", "SQRT1_2"}},
        {"text": "new Float64Arr", "matches": {"Float64Array"}},
    ]
    complete_code_samples = ["1 + 1", "const two: number = 2", "%%tn\nlet L = 3\n"]
    incomplete_code_samples = ["function f() {", "[1, 2,", "%%tn\nlet L = 3"]
    invalid_code_samples = ["const = 3", "f(,)"]
    code_clear_output = "clearOutput()"
    code_generate_error = 'throw new RangeError("out of range")'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2].map((x) => x * x)", "result": "[ 1, 4 ]"},
    ]
    code_display_data = [
        {"code": "display(new Map([[1, 2]]))", "mime": "text/plain"},
        {"code": 'display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>b</b>" }) })', "mime": "text/html"},
        {"code": NETWORK + "run T on threads(2)", "mime": "text/plain"},
        {"code": NETWORK + "show network T", "mime": PLOTLY},
    ]
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math"

    def execute_helper(self, *args, **options):
        """As the suite's own, but patient."""
        channel = self.kc.iopub_channel
        receive = ensure_sync(channel.get_msg)
        channel.get_msg = lambda timeout: receive(timeout=PATIENCE_SECONDS)
        try:
            return super().execute_helper(*args, timeout=PATIENCE_SECONDS, **options)
        finally:
            del channel.get_msg


class Welcome(IopubWelcomeTests):
    kernel_name = "tnlab"
    support_iopub_welcome = True


del KernelTests, IopubWelcomeTests  # or the loader would run the bare suites as well
