"""Cells that go wrong, seen by jupyter_client: the kernel outlives them all."""

import unittest

from jupyter_client.manager import start_new_kernel

TIMEOUT_SECONDS = 60


class KernelLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name="tnlab", startup_timeout=TIMEOUT_SECONDS)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def run_cell(self, code):
        """The content of the reply, and the text of what was shown."""
        shown = []

        def hear(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                shown.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                shown.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                shown.extend(content["traceback"])

        reply = self.client.execute_interactive(code, timeout=TIMEOUT_SECONDS, output_hook=hear)
        return reply["content"], "\n".join(shown)

    def expect_alive(self):
        content, shown = self.run_cell("20 + 3")
        self.assertEqual((content["status"], shown), ("ok", "23"))

    def test_a_cell_that_throws(self):
        content, shown = self.run_cell('\nthrow new RangeError("beyond")')
        self.assertEqual((content["status"], content["ename"]), ("error", "RangeError"))
        self.assertIn("line 2", shown)
        self.expect_alive()

    def test_all_mistakes_of_a_program_under_their_lines(self):
        content, shown = self.run_cell("%%tn\nindex i: -1\nnetwork R = Nowhere\n")
        self.assertEqual(content["status"], "error")
        self.assertIn("index i: -1\n", shown)
        self.assertIn("network R = Nowhere\n", shown)
        self.assertGreaterEqual(shown.count("^"), 2)
        self.expect_alive()

    def test_an_endless_loop_is_interrupted(self):
        self.run_cell("const before = 7")
        request = self.client.execute("while (true) {}")
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT_SECONDS)
            if message["msg_type"] == "execute_input" and message["parent_header"]["msg_id"] == request:
                break
        self.manager.interrupt_kernel()
        reply = self.client._recv_reply(request, timeout=TIMEOUT_SECONDS)
        self.assertEqual(reply["content"]["status"], "error")
        self.assertEqual(self.run_cell("before")[1], "7")

    def test_a_cell_that_ends_the_process(self):
        content, shown = self.run_cell("process.exit(3)")
        self.assertEqual((content["status"], content["ename"]), ("error", "KernelRestarted"))
        self.assertIn("exit code 3", shown)
        self.assertTrue(self.manager.is_alive())
        self.expect_alive()

    def test_a_restart_forgets(self):
        self.run_cell("const forgotten = 1")
        self.manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=TIMEOUT_SECONDS)
        content, _ = self.run_cell("forgotten")
        self.assertEqual(content["ename"], "CompileError")
        self.expect_alive()
