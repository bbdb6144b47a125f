"""An evidence bundle of a running system proves itself to somebody who has keys and a checkpoint and nothing else."""

import json
import os
import pathlib
import subprocess
import sys
import tarfile
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import WORK  # noqa: E402
from harness import access, audit, evidence, paths  # noqa: E402
from harness.disposal import dispose_of  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_anonymous, make_report, make_request  # noqa: E402
from harness.stubs import (SERVICES, actor_pb2, contact_pb2, dialogue_service_pb2,  # noqa: E402
                           evidence_service_pb2, intake_service_pb2, report_pb2, reporter_service_pb2, text_format,
                           triage_service_pb2)
from harness.testcase import SystemTest  # noqa: E402

WORDS = "He said that he would find out where I live"
DISTRUSTED = "test/the-boss"
REQUEST_ID_KEY = "mamori-request-id"


def message(service: str, method: str):
    return next(m for d in SERVICES[service] for m in d.methods if m.name == method).input_type._concrete_class


class Bundles(SystemTest):
    """The steps."""

    def _case(self, request=None):
        """A case with all that a bundle has: its name and its report's."""
        report = self.submit(request or make_request(WORDS))
        case = self.wait_case(report).name
        supplement = intake_service_pb2.SupplementReportRequest(request_id=new_request_id(), name=report)
        supplement.supplement.kind = report_pb2.SUPPLEMENT_KIND_ADDITION
        supplement.supplement.text, supplement.supplement.language = "And he called again", "en"
        self.client.call("intake", "SupplementReport", supplement)
        contact = contact_pb2.Contact(company="acme-jp", report=report, channel=report_pb2.CHANNEL_PHONE,
                                      demand="A refund", minutes=12)
        contact.actor.person, contact.actor.relation = "Someone", actor_pb2.ACTOR_RELATION_CUSTOMER
        contact.start_time.FromSeconds(int(time.time()) - 60)
        self.client.call("intake", "RecordContact", intake_service_pb2.RecordContactRequest(
            request_id=new_request_id(), contact=contact))
        note = triage_service_pb2.AddNoteRequest(request_id=new_request_id(), name=case)
        note.note.text = "He is known to the police"
        self.client.call("triage", "AddNote", note)
        statement = text_format.Parse(WORK["RecordStatement"], message("triage", "RecordStatement")())
        statement.request_id, statement.name = new_request_id(), case
        self.client.call("triage", "RecordStatement", statement)
        return case, report

    def _mamorictl(self, *arguments, token: str = "") -> subprocess.CompletedProcess:
        directory, certificates = self.system.directory, self.system.certificates
        connection = [f"--{service}=127.0.0.1:{ports[0]}" for service, ports in self.system.ports.items()]
        connection += [f"--cert={certificates.cert('portal')}", f"--key={certificates.key('portal')}",
                       f"--ca={certificates.ca}"]
        return subprocess.run([paths.binary("mamorictl"), *connection, *map(str, arguments)], capture_output=True,
                              text=True, timeout=60, cwd=directory, env=os.environ | {"MAMORI_TOKEN": token})

    def _export(self, case: str, name: str = "case.tar", *more) -> pathlib.Path:
        file = self.system.directory / name
        done = self._mamorictl("bundle", "export", case, "--purpose", "Docket 12 of the Tokyo District Court",
                               "--output", file, *more, token=dict(self.client.metadata())["authorization"].split()[1])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return file

    def _outside(self, **sinks) -> list[str]:
        arguments = []
        for service in ("triage", "intake"):
            arguments += ["--public-key", f"{service}={audit.public_key(self.system, service)}", "--checkpoint",
                          f"{service}={sinks.get(service, self.system.directory / f'audit.{service}.jsonl')}"]
        return arguments

    def _verify(self, file: pathlib.Path, *more, command=("verify-bundle",), **sinks) -> subprocess.CompletedProcess:
        return self._mamorictl(*command, file, *self._outside(**sinks), *more)

    def _sinks_of(self, file: pathlib.Path) -> dict[str, pathlib.Path]:
        """The sinks as they were when the bundle was made: without what came later."""
        manifest = self._read(file)["manifest.json"]
        sinks = {}
        for as_of in json.loads(manifest)["as_of"]:
            service, last = as_of["service"], int(as_of.get("checkpoint", 0))

            def sent():
                """What the sink has, once the last is there: it is signed first and sent then."""
                sink = self.system.directory / f"audit.{service}.jsonl"
                lines = sink.read_text().splitlines() if sink.exists() else []
                numbers = [int(json.loads(line)["number"]) for line in lines]
                return [line for line, number in zip(lines, numbers) if number <= last] if max(
                    numbers, default=-1) >= last else None

            lines = wait_until(f"the sink of {service} has checkpoint {last}", sent, 20)
            sinks[service] = self.system.directory / f"then.{service}.jsonl"
            sinks[service].write_text("".join(f"{line}\n" for line in lines))
        return sinks

    def _read(self, file: pathlib.Path) -> dict[str, bytes]:
        with tarfile.open(file) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}

    def _assert_genuine(self, file: pathlib.Path) -> str:
        whole = self._verify(file, **self._sinks_of(file))
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertIn("GENUINE", whole.stdout)
        return whole.stdout

    def _answer(self, client, name: str):
        """Everything that reaches the client, the call's own request id apart."""
        request = message("triage", "ExportEvidenceBundle")(name=name, purpose="p")
        call = client.stub("triage", 0).ExportEvidenceBundle(request, timeout=20, metadata=client.metadata())
        try:
            data = [piece.data for piece in call]
        except grpc.RpcError:
            data = []
        metadata = [sorted((k, v) for k, v in part or () if k != REQUEST_ID_KEY)
                    for part in (call.initial_metadata(), call.trailing_metadata())]
        return call.code().name, call.details(), metadata, data


class BundleTest(Bundles):
    OPTIONS = {"replicas": 1}

    def test_a_bundle_proves_what_is_in_it_and_is_found_out_when_changed(self):
        request = make_request(WORDS)
        request.report.keep_out.append(DISTRUSTED)
        case, report = self._case(request)
        file = self._export(case)
        said = self._assert_genuine(file)
        self.assertIn("Docket 12", said)
        self.assertNotIn("not there", said)
        entries = self._read(file)
        everything = b"".join(entries.values()).decode(errors="replace")
        for text in (WORDS, "And he called again", "A refund", "He is known to the police", "RecordStatement",
                     "ExportReports", "Docket 12"):
            self.assertIn(text, everything)
        self.assertNotIn(DISTRUSTED, everything)
        told = json.loads(entries[f"intake/content/{report}/00000001.json"])["told"]
        self.assertEqual(told["narrative"], WORDS)
        # A byte of each entry.
        sinks, changed = self._sinks_of(file), file.with_name("changed.tar")
        with tarfile.open(file) as archive:
            for member in archive.getmembers():
                data = bytearray(file.read_bytes())
                data[member.offset_data + member.size // 2] ^= 1
                changed.write_bytes(data)
                found = self._verify(changed, **sinks)
                self.assertEqual(found.returncode, 25, f"{member.name}: {found.stdout}")
                self.assertIn("BAD ", found.stdout)
        # The same by the other name of the command; and who has not the keys believes nothing.
        self.assertEqual(self._verify(file, command=("bundle", "verify"), **sinks).returncode, 0)
        swapped = [a.replace("triage=", "tmp=").replace("intake=", "triage=").replace("tmp=", "intake=")
                   for a in self._outside(**sinks)]
        self.assertEqual(self._mamorictl("verify-bundle", file, *swapped).returncode, 25)
        self.assertEqual(self._mamorictl("verify-bundle", file, "--public-key", "triage=0", "--checkpoint",
                                         f"triage={sinks['triage']}").returncode, 2)

        # It ends before what came later, and says so.
        def newer():
            found = self._verify(file)
            return found if found.returncode == 25 else None
        late = wait_until("a newer checkpoint", newer, 20)
        self.assertIn("before the given one", late.stdout)
        as_of = self._verify(file, "--older")
        self.assertEqual(as_of.returncode, 0, as_of.stdout)
        self.assertIn("is not in it", as_of.stdout)
        # Exporting is part of what the audit tells, and breaks nothing of it.
        time.sleep(2)
        whole = audit.verify(self.system)
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)

    def test_who_may_not_see_the_case_gets_what_a_random_id_gets(self):
        request = make_request("x")
        request.report.keep_out.append("test/accused")
        case, _ = self._case(request)
        weak = self.system.client(person="desk-weak")
        old = [self.system.tokens.issuer.token("desk-weak", "acme", weak.roles, auth_time=int(time.time()) - 301),
               self.system.tokens.issuer.token("desk-weak", "acme", weak.roles, acr="weak")]
        for token in old:
            weak.metadata = lambda token=token: [("authorization", "Bearer " + token)]
            # Asked only of whoever may see it.
            self.assertEqual(self._answer(weak, case)[0], "PERMISSION_DENIED")
            self.assertEqual(self._answer(weak, name_of("cases", os.urandom(16)))[0], "NOT_FOUND")
        for client in (self.system.client(person="accused"), self.system.client(person="desk-3", roles=("auditor",)),
                       self.system.client(tenant="stranger", person="desk-9")):
            never = self._answer(client, name_of("cases", os.urandom(16)))
            self.assertEqual(never[0], "NOT_FOUND")
            self.assertEqual(self._answer(client, case), never)
        history = self._read(self._export(case))[f"triage/chains/{case}.json"].decode(errors="replace")
        for name in ("accused", "desk-weak", "desk-9"):
            self.assertNotIn(name, history)

    def test_what_was_disposed_of_is_said_to_be_gone_and_its_audit_still_proves(self):
        case, report = self._case()
        dispose_of(self.system, report)
        file = self._export(case)
        said = self._assert_genuine(file)
        self.assertIn(f"{report} entry 1: DISPOSED", said)
        everything = b"".join(self._read(file).values()).decode(errors="replace")
        self.assertNotIn(WORDS, everything)
        self.assertIn("DisposeReport", everything)

    def test_who_reports_in_confidence_is_not_in_it(self):
        report = make_report(WORDS)
        report.reporter.person = "Hanako Confidential"
        submitted = self.client.call("intake", "SubmitIdentifiedReport",
                                     reporter_service_pb2.SubmitIdentifiedReportRequest(
                                         request_id=new_request_id(), report=report,
                                         mode=report_pb2.REPORTER_MODE_CONFIDENTIAL)).name
        case = self.wait_case(submitted).name
        file = self._export(case)
        self._assert_genuine(file)
        everything = b"".join(self._read(file).values())
        self.assertIn(WORDS.encode(), everything)
        self.assertNotIn(b"Hanako", everything)


def with_inspector(service, replica, config):
    """Files are looked into by the worker that services start; nothing is scanned."""
    if service == "intake":
        config.inspector.binary = str(paths.BUILD / "services" / "inspector" / "mamori-inspect")


class FilesTest(Bundles):
    OPTIONS = {"replicas": 1, "adjust": with_inspector}
    LONG = bool(os.environ.get("MAMORI_LONG"))

    def _wait_inspected(self, name: str):
        def inspected():
            seen = self.client.call("intake", "GetEvidence", evidence_service_pb2.GetEvidenceRequest(name=name))
            return seen if seen.state == evidence_service_pb2.EVIDENCE_STATE_INSPECTED else None
        return wait_until("the inspection", inspected, 40)

    def _identified(self, mode) -> str:
        report = make_report(WORDS)
        report.reporter.person = "Hanako Confidential"
        return self.client.call("intake", "SubmitIdentifiedReport", reporter_service_pb2.SubmitIdentifiedReportRequest(
            request_id=new_request_id(), report=report, mode=mode)).name

    def _custody(self, name: str):
        """As one of the desk sees it: whoever reported is not told."""
        return self.system.client(person="desk-2").call("intake", "ListEvidenceAccess",
                                evidence_service_pb2.ListEvidenceAccessRequest(name=name)).accesses

    def _kinds(self, name: str) -> list[int]:
        return [one.kind for one in self._custody(name)]

    def _status(self, service: str, field: str) -> int:
        """Bytes."""
        status = pathlib.Path(f"/proc/{self.system.processes[service][0].pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field + ":")) << 10

    def _begin_peak(self, service: str) -> int:
        """What is resident now; the peak is counted from here on."""
        pathlib.Path(f"/proc/{self.system.processes[service][0].pid}/clear_refs").write_text("5")
        return self._status(service, "VmRSS")

    def test_files_and_dialogue_are_in_it_as_the_audit_tells_of_them(self):
        submitted = self._identified(report_pb2.REPORTER_MODE_NAMED)
        case = self.wait_case(submitted).name
        text = evidence.upload(self.client, submitted, b"what he said\n", "\u5c71\u7530.txt")
        unknown = evidence.upload(self.client, submitted, bytes(range(256)), "odd.bin")
        post = dialogue_service_pb2.PostMessageRequest(request_id=new_request_id(), report=submitted)
        post.message.text, post.message.language = "Can you meet on Monday?", "en"
        self.client.call("intake", "PostMessage", post)
        for name in (text, unknown):
            self._wait_inspected(name)
        file = self._export(case)
        said = self._assert_genuine(file)
        entries = self._read(file)
        everything = b"".join(entries.values()).decode(errors="replace")
        self.assertIn("Can you meet on Monday?", everything)
        self.assertIn(text, everything)  # the chain of custody says of which file it is
        copies = {name: data for name, data in entries.items() if name.startswith(f"intake/files/{submitted}/")}
        self.assertEqual(list(copies.values()), [b"what he said\n"])
        self.assertIn("its file: ORIGINAL", said)
        self.assertEqual(self._kinds(text)[0], evidence_service_pb2.EVIDENCE_ACCESS_KIND_EXPORT)
        self.assertEqual(self._custody(text)[0].purpose, "Docket 12 of the Tokyo District Court")
        self.assertNotIn(evidence_service_pb2.EVIDENCE_ACCESS_KIND_EXPORT, self._kinds(unknown))
        # A file that was taken out, or changed, with everything else left as it was.
        sinks, changed = self._sinks_of(file), file.with_name("changed.tar")
        with tarfile.open(file) as archive:
            member = next(one for one in archive.getmembers() if one.name in copies)
        data = bytearray(file.read_bytes())
        data[member.offset_data] ^= 1
        changed.write_bytes(data)
        self.assertEqual(self._verify(changed, **sinks).returncode, 25)
        size = 512 + (member.size + 511) // 512 * 512
        changed.write_bytes(file.read_bytes()[:member.offset] + file.read_bytes()[member.offset + size:])
        self.assertEqual(self._verify(changed, **sinks).returncode, 25)
        # With the originals, where they were asked for.
        whole = self._export(case, "whole.tar", "--originals")
        self.assertNotIn("its file: ORIGINAL", self._assert_genuine(whole))
        originals = [data for name, data in self._read(whole).items() if name.startswith("intake/files/")]
        self.assertIn(bytes(range(256)), originals)
        self.assertEqual(len(originals), 3)
        self.assertEqual(self._kinds(text)[0], evidence_service_pb2.EVIDENCE_ACCESS_KIND_EXPORT_ORIGINAL)

    def test_what_may_tell_who_reported_stays_out_whatever_is_asked_for(self):
        submitted = self._identified(report_pb2.REPORTER_MODE_CONFIDENTIAL)
        case = self.wait_case(submitted).name
        name = evidence.upload(self.client, submitted, b"her own words\n", "Hanako's notes.txt")
        self._wait_inspected(name)
        file = self._export(case, "case.tar", "--originals")
        self.assertIn("IDENTITY", self._assert_genuine(file))
        everything = b"".join(self._read(file).values())
        self.assertNotIn(b"Hanako", everything)
        self.assertIn(b"her own words", everything)  # the cleaned copy is what the desk works with

    def _pass_through(self, content: bytes, name: str) -> dict[str, int]:
        """A file comes in, is read and goes out in a bundle: by how much the services grew meanwhile, at most, in bytes."""
        grown = {}

        def watched(step: str, services, action):
            before = {service: self._begin_peak(service) for service in services}
            result = action()
            for service, resident in before.items():
                grown[f"{step}: {service}"] = self._status(service, "VmHWM") - resident
            return result

        submitted = self._identified(report_pb2.REPORTER_MODE_NAMED)
        case = self.wait_case(submitted).name
        uploaded = watched("upload", ("intake",), lambda: evidence.upload(self.client, submitted, content, name))
        self._wait_inspected(uploaded)
        reader = self.system.client(person="desk-2")
        read = watched("download", ("intake",), lambda: b"".join(
            part.chunk.data for part in reader.stub("intake", 0).DownloadOriginal(
                evidence_service_pb2.DownloadOriginalRequest(name=uploaded, purpose="to hear it"), timeout=60,
                metadata=reader.metadata())))
        self.assertTrue(read == content)
        file = watched("export", ("intake", "triage"), lambda: self._export(case, f"{name}.tar", "--originals"))
        self._assert_genuine(file)
        self.assertTrue(any(data == content for data in self._read(file).values()))
        return grown

    def test_a_large_file_goes_through_without_being_held(self):
        # What is made once, and then kept: connections, buffers, threads.
        self._pass_through(os.urandom(4 << 20), "short.wav")
        grown = self._pass_through(os.urandom(1 << 20) * (150 if self.LONG else 24), "long.wav")
        print({step: f"{size / (1 << 20):.1f} MiB" for step, size in grown.items()}, file=sys.stderr)
        for step, size in grown.items():
            self.assertLess(size, 16 << 20, step)


class AnonymousTest(Bundles):
    OPTIONS = {"replicas": 1, "adjust": access.of_one_tenant}

    def test_of_an_anonymous_report_a_day_is_told_and_the_rest_is_proved_when_it_is_over(self):
        anonymous = self.client.call("intake", "SubmitAnonymousReport", make_anonymous(WORDS), anonymous=True).name
        file = self._export(self.wait_case(anonymous).name)
        self.assertIn("its day was not over", self._assert_genuine(file))
        self.assertIn(WORDS.encode(), b"".join(self._read(file).values()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
