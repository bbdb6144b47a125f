"""Reporters on a running system, through mamorictl and through a client that nobody here wrote: sealed to the tenant;
an identity opened by two; a flood that keeps nobody out."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import paths  # noqa: E402
from harness.access import of_one_tenant  # noqa: E402
from harness.client import error_details, new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness import receipt  # noqa: E402
from harness.reports import make_anonymous  # noqa: E402
from harness.sealed import CLASSES, SealedClient  # noqa: E402
from harness.stubs import (dialogue_service_pb2, error_details_pb2, evidence_service_pb2, policy_pb2,  # noqa: E402
                           report_pb2, reporter_service_pb2, text_format, triage_service_pb2)
from harness.testcase import SystemTest  # noqa: E402
from mamori.intake.v1 import timeline_service_pb2  # noqa: E402

NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION = 15, 17, 19  # exit codes of mamorictl
WORDS = "Canary-7305 he shouted at me"
WAIT = 3  # seconds: of an act of two persons


def short_wait(service, replica, config):
    """An act of two persons waits a few seconds; the application is one tenant's, so that nobody needs a token."""
    of_one_tenant(service, replica, config)
    if service == "intake":
        return
    with open(config.policy_file, encoding="utf-8") as file:
        policy = text_format.Parse(file.read(), policy_pb2.Policy())
    policy.two_person.wait.FromSeconds(WAIT)
    rule = policy.approval_rules.add(id="second", approvals=1, roles=["desk"])
    rule.hold_time.FromSeconds(86400)
    policy.access.roster.add(person="test/desk-9", roles=["desk"])
    config.policy_file = config.server.tls.ca_file.rsplit("/", 2)[0] + "/policy.textproto"
    with open(config.policy_file, "w", encoding="utf-8") as file:
        file.write(text_format.MessageToString(policy, as_utf8=True))


def work_of(receipt_text: str, difficulty: int) -> bytes:
    """As proto/mamori/intake/v1/reporter_service.proto says, independently of common/receipt."""
    start, n = b"mamori-work-1:" + receipt_text.encode() + b":", 0
    while True:
        work = n.to_bytes(8, "big")
        if int.from_bytes(hashlib.blake2b(start + work, digest_size=32).digest(), "big") >> (256 - difficulty) == 0:
            return work
        n += 1


class PeopleTest(SystemTest):
    OPTIONS = {"adjust": short_wait}

    def ctl(self, *arguments, person: str = "", roles=(), want: int = 0):
        """mamorictl as a person, or as nobody: the answer, or the standard error of what was refused."""
        directory, certificates = self.system.directory, self.system.certificates
        connection = [f"--{service}=127.0.0.1:{ports[0]}" for service, ports in self.system.ports.items()]
        connection += [f"--cert={certificates.cert('portal')}", f"--key={certificates.key('portal')}",
                       f"--ca={certificates.ca}", "-o", "json"]
        token = self.system.tokens.token(person, "acme", roles) if person else ""
        done = subprocess.run([paths.binary("mamorictl"), *connection, *map(str, arguments)], capture_output=True,
                              text=True, timeout=60, cwd=directory, env=os.environ | {"MAMORI_TOKEN": token})
        self.assertEqual(done.returncode, want, done.stdout + done.stderr)
        return json.loads(done.stdout or "{}") if want == 0 else done.stderr

    def sealing_key(self):
        return self.client.call("intake", "GetSealingKey", reporter_service_pb2.GetSealingKeyRequest(), anonymous=True)

    def test_1_whoever_carries_what_is_sealed_sees_none_of_it(self):
        key = self.sealing_key()
        self.assertGreater(key.expire_time.seconds - time.time(), 90 * 86400)
        sealed = SealedClient(self.client, key.public_key)
        request = make_anonymous(WORDS)
        mine = request.receipt
        report = sealed.call("SubmitAnonymousReport", request).name
        self.wait_case(report)
        message = dialogue_service_pb2.PostAnonymousMessageRequest(receipt=mine, request_id=new_request_id())
        message.message.text, message.message.language = WORDS, "en"
        self.assertEqual(sealed.call("PostAnonymousMessage", message).text, WORDS)
        content = WORDS.encode() * 40_000  # three pieces, filled up to four
        start = evidence_service_pb2.StartAnonymousUploadRequest(receipt=mine, request_id=new_request_id())
        start.file.file_name, start.file.size = WORDS + ".txt", len(content)
        start.file.sha256 = hashlib.sha256(content).digest()
        upload = sealed.call("StartAnonymousUpload", start)
        kind = evidence_service_pb2.UploadAnonymousEvidenceRequest
        target = {"receipt": mine, "name": upload.name, "reply_key": sealed.reply_key}
        answer = self.client.call("intake", "UploadAnonymousEvidence",
                                  sealed.parts(kind, target, content), anonymous=True)
        self.assertTrue(sealed.open(answer).complete)
        mine = self.everything_by_receipt(sealed, mine, upload.name)
        # Nothing of it passed through the application, and its sizes are those of the classes.
        for secret in (b"Canary", *(one.encode() for one in self.receipts), report.encode(), upload.name.encode()):
            self.assertEqual([n for n, bytes_ in enumerate(sealed.seen) if secret in bytes_], [], secret)
        # A tag, a length, and what a seal adds; what only was done is answered by nothing at all.
        self.assertLessEqual({size - size % 1024 for size in map(len, sealed.seen) if size > 0}, set(CLASSES))
        # The desk has all of it.
        listed = self.client.call("intake", "ListMessages", dialogue_service_pb2.ListMessagesRequest(
            report=report, after_number=-1))
        self.assertIn(WORDS, [m.text for m in listed.messages])
        original = self.client.stub("intake", 0).DownloadOriginal(evidence_service_pb2.DownloadOriginalRequest(
            name=upload.name, purpose="to read it"), timeout=20, metadata=self.client.metadata())
        self.assertEqual(b"".join(part.chunk.data for part in original), content)

    def everything_by_receipt(self, sealed: SealedClient, mine: str, file: str) -> str:
        """Whatever else is done by a receipt, and the receipt that is in force then."""
        listed = sealed.call("ListAnonymousMessages", dialogue_service_pb2.ListAnonymousMessagesRequest(
            receipt=mine, after_number=-1))
        self.assertIn(WORDS, [m.text for m in listed.messages])
        waited = sealed.first_of("WaitForAnonymousMessages", dialogue_service_pb2.WaitForAnonymousMessagesRequest(
            receipt=mine, after_number=-1))
        self.assertEqual(waited.message.number, listed.messages[0].number)
        sealed.done("MarkAnonymousMessagesRead", dialogue_service_pb2.MarkAnonymousMessagesReadRequest(
            receipt=mine, number=listed.messages[-1].number))
        files = sealed.call("ListAnonymousEvidence", evidence_service_pb2.ListAnonymousEvidenceRequest(receipt=mine))
        self.assertEqual([one.name for one in files.evidence], [file])
        one = sealed.call("GetAnonymousEvidence", evidence_service_pb2.GetAnonymousEvidenceRequest(
            receipt=mine, name=file))
        self.assertEqual(one.file_name, WORDS + ".txt")
        self.assertTrue(sealed.call("GetAnonymousTimeline", timeline_service_pb2.GetAnonymousTimelineRequest(
            receipt=mine)).entries)
        shared = sealed.call("SetAnonymousSharing", reporter_service_pb2.SetAnonymousSharingRequest(
            receipt=mine, sharing={"scope": "SHARING_SCOPE_EVERYONE"}))
        self.assertEqual(shared.version, 1)
        new = receipt.make()
        self.receipts = (mine, new)
        sealed.done("RotateReceipt", reporter_service_pb2.RotateReceiptRequest(receipt=mine, new_receipt=new))
        with self.assertRaises(grpc.RpcError) as gone:
            sealed.call("ListAnonymousMessages", dialogue_service_pb2.ListAnonymousMessagesRequest(receipt=mine))
        self.assertEqual(gone.exception.code(), grpc.StatusCode.NOT_FOUND)
        # Another report's, which is withdrawn by what is sealed too; and a consultation's consent.
        other = make_anonymous("x")
        other.report.kind = report_pb2.REPORT_KIND_CONSULTATION
        sealed.call("SubmitAnonymousReport", other)
        by = {"receipt": other.receipt}
        self.assertTrue(sealed.call("GiveAnonymousConsent", reporter_service_pb2.GiveAnonymousConsentRequest(**by)).given)
        taken = sealed.call("WithdrawAnonymousConsent", reporter_service_pb2.WithdrawAnonymousConsentRequest(**by))
        self.assertFalse(taken.consent.given)
        self.assertTrue(sealed.call("WithdrawAnonymousReport", reporter_service_pb2.WithdrawAnonymousReportRequest(
            **by)).remains)
        self.receipts += (other.receipt,)
        return new

    def test_2_mamorictl_seals_the_whole_road(self):
        kept = self.system.directory / "sealed.receipt"
        report = self.ctl("reporter", "submit", "--sealed", "--receipt-file", kept, "--company", "acme-jp", "--kind",
                          "customer-harassment", "--language", "en", "--narrative", WORDS)["name"]
        self.wait_case(report)
        self.ctl("message", "post", "--sealed", "--receipt-file", kept, "--language", "en", "--text", WORDS)
        for name, size in (("small", 5), ("large", 1_300_000)):
            file = self.system.directory / f"{name}.bin"
            file.write_bytes(os.urandom(size))
            upload = self.ctl("evidence", "add", file, "--sealed", "--receipt-file", kept)
            self.assertTrue(upload["complete"], name)
            self.assertEqual(int(upload["size"]), size)
            back = self.system.directory / f"{name}.back"
            self.ctl("evidence", "download", upload["name"], "--original", "--purpose", "x", "--output", back,
                     person="desk-1", roles=("desk",))
            self.assertEqual(back.read_bytes(), file.read_bytes())
        listed = self.ctl("message", "list", report, person="desk-1", roles=("desk",))
        self.assertIn(WORDS, [m.get("text") for m in listed["messages"]])

    def test_3_an_identity_is_opened_by_two_once_and_the_reporter_is_told(self):
        reader = {"roles": ("first_reader", "desk")}
        report = self.ctl("reporter", "identify", "--mode", "confidential", "--company", "acme-jp", "--kind",
                          "customer-harassment", "--language", "en", "--narrative", WORDS, person="hana")["name"]
        case = self.wait_case(report).name
        self.client.call("triage", "AddNote", self._note(case))
        ask = ("act", "request-identity", case, report, "--reason", "she may be in danger")
        # Of the desk nobody may, and whoever may not see the case is told of no case.
        self.ctl(*ask, person="desk-1", roles=("desk",), want=PERMISSION_DENIED)
        self.ctl(*ask, person="reader-1", roles=(), want=NOT_FOUND)
        act = self.ctl(*ask, person="reader-1", **reader)
        approve = ("act", "approve", act["name"], base64.b64decode(act["hash"]).hex())
        read = ("identity", "read", report, act["name"])
        self.ctl(*read, person="reader-1", **reader, want=FAILED_PRECONDITION)
        self.ctl(*approve, person="reader-1", **reader, want=PERMISSION_DENIED)  # one is not two
        self.ctl(*approve, person="reader-2", **reader)
        self.assertIn("wait", self.ctl(*read, person="reader-1", **reader, want=FAILED_PRECONDITION))
        wait_until("the act's wait is over", lambda: self.ctl("act", "show", act["name"], person="reader-1",
                                                              **reader)["notBeforeTime"] < time.strftime(
            "%Y-%m-%dT%H:%M:%S", time.gmtime()), WAIT + 5, 0.5)
        self.ctl(*read, person="reader-3", **reader, want=PERMISSION_DENIED)
        self.assertEqual(self._unread(report), 0)
        opened = self.ctl(*read, "--request-id", "reading-0001", person="reader-1", **reader)
        self.assertIn("test/hana", json.dumps(opened))
        # The answer may have been lost: the same reading again. Another one is none.
        self.assertEqual(self.ctl(*read, "--request-id", "reading-0001", person="reader-1", **reader), opened)
        self.ctl(*read, "--request-id", "reading-0002", person="reader-2", **reader, want=FAILED_PRECONDITION)
        # The reporter is told, in the dialogue, once; nobody else by any mail.
        messages = self.ctl("message", "list", report, person="hana")["messages"]
        notices = [m for m in messages if m["side"] == "MESSAGE_SIDE_SYSTEM" and m.get("unread")]
        self.assertEqual(len(notices), 1, messages)
        self.assertEqual(self._unread(report), 1)
        self.assertEqual([m for m in self.system.smtp.mails() if "hana" in m.text or "identity" in m.text.lower()], [])

    def test_5_whoever_reported_it_approves_no_measure(self):
        """Intake alone knows who it was, and says it to that person only: triage asks with their own token."""
        desk = {"roles": ("desk",)}
        for mode, person in (("confidential", "desk-7"), ("named", "desk-8")):
            report = self.ctl("reporter", "identify", "--mode", mode, "--company", "acme-jp", "--kind",
                              "customer-harassment", "--language", "en", "--narrative", WORDS, person=person, **desk)
            case = self.wait_case(report["name"]).name
            self.ctl("case", "triage", case, "--severity", "high", "--category", "INTIMIDATION_VIOLENCE",
                     person="desk-1", **desk)
            measure = self.ctl("case", "measure", "propose", case, "--measure", "RECORD", "--text", "a letter",
                               person="desk-1", **desk)
            approve = ("case", "measure", "approve", measure["name"], "--digest", measure["digest"])
            refused = self.ctl(*approve, person=person, want=PERMISSION_DENIED, **desk)
            self.assertIn("who reported it does not approve", refused)
            # Nothing of it is on the case, and a colleague decides.
            shown = self.ctl("case", "measure", "show", measure["name"], person="desk-1", **desk)
            self.assertNotIn("approvals", shown)
            approved = self.ctl(*approve, person="desk-9", **desk)
            self.assertEqual(approved["state"], "MEASURE_STATE_APPROVED")

    def _unread(self, report: str) -> int:
        return int(self.ctl("message", "list", report, person="hana").get("unreadCount", 0))

    @staticmethod
    def _note(case: str):
        request = triage_service_pb2.AddNoteRequest(request_id=new_request_id(), name=case)
        request.note.text = "n"
        return request

    def test_4_a_flood_through_the_same_application_keeps_nobody_out(self):
        """As much as threads can send, some of it with the work that is asked for, with the configuration's own
        buckets. Another's report, and then the receipt's dialogue, get through within 10 s each."""
        stop, sent, worked = threading.Event(), [0], [0]

        def flood(works: bool) -> None:
            client = self.system.client()
            while not stop.is_set():
                request = make_anonymous("again and again")
                try:
                    client.call("intake", "SubmitAnonymousReport", request, anonymous=True)
                    sent[0] += 1
                except grpc.RpcError as error:
                    difficulty = self._difficulty(error)
                    if works and difficulty:
                        request.work = work_of(request.receipt, difficulty)
                        self._try(client, request, worked)

        threads = [threading.Thread(target=flood, args=(n == 0,)) for n in range(3)]
        for thread in threads:
            thread.start()
        try:
            wait_until("the flood is asked for work", lambda: worked[0] > 5, 30)
            for _ in range(3):
                begin = time.monotonic()
                request = make_anonymous("one who needs help")
                for _ in range(20):
                    try:
                        self.client.call("intake", "SubmitAnonymousReport", request, anonymous=True)
                        break
                    except grpc.RpcError as error:
                        request.work = work_of(request.receipt, self._difficulty(error))
                else:
                    self.fail("never accepted")
                self.assertLess(time.monotonic() - begin, 10)
                begin = time.monotonic()
                listed = self.client.call("intake", "ListAnonymousMessages", dialogue_service_pb2
                                          .ListAnonymousMessagesRequest(receipt=request.receipt, after_number=-1),
                                          anonymous=True)
                self.assertEqual(len(listed.messages), 1)
                self.assertLess(time.monotonic() - begin, 10)
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)

    @staticmethod
    def _try(client, request, worked: list[int]) -> None:
        try:
            client.call("intake", "SubmitAnonymousReport", request, anonymous=True)
            worked[0] += 1
        except grpc.RpcError:
            pass  # it has become more meanwhile

    def _difficulty(self, error: grpc.RpcError) -> int:
        for detail in error_details(error):
            if isinstance(detail, error_details_pb2.ErrorInfo) and detail.reason == "WORK_REQUIRED":
                return int(detail.metadata["difficulty"])
        self.fail(f"asked for no work but {error.code()}: {error.details()}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
