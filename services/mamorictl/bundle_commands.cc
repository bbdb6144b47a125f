// bundle, verify-bundle: all that is known of a case in one file, and whether one is genuine.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/audit/sink.h"
#include "common/bundle/verify.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/bundle_service.grpc.pb.h"
#include "services/mamorictl/by_service.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using bundle::Verdict;

struct ExportFlags {
  triage::v1::ExportEvidenceBundleRequest request;
  std::string output;
};

// Writes everything that comes; what came of it. A bundle that ends early is none.
absl::StatusOr<grpc::Status> Receive(Session& session, const ExportFlags& flags,
                                     const std::string& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return absl::InternalError(absl::StrCat("cannot write ", file));
  const absl::Cleanup close_it = [fd] { close(fd); };
  const auto stub = triage::v1::BundleService::NewStub(session.Channel(session.settings().triage));
  const auto context = session.Call(/*stream=*/true);
  const auto stream = stub->ExportEvidenceBundle(context.get(), flags.request);
  bool written = true;
  for (triage::v1::ExportEvidenceBundleResponse piece; written && stream->Read(&piece);) {
    const std::string& data = piece.data();
    for (size_t at = 0; written && at < data.size();) {
      const ssize_t count = write(fd, data.data() + at, data.size() - at);
      written = count > 0;
      at += written ? static_cast<size_t>(count) : 0;
    }
  }
  if (!written) context->TryCancel();
  grpc::Status status = stream->Finish();
  if (!written || (status.ok() && fsync(fd) != 0)) {
    return absl::InternalError(absl::StrCat("cannot write ", file));
  }
  return status;
}

int Export(Session& session, const ExportFlags& flags) {
  const std::string part = flags.output + ".part";
  const absl::StatusOr<grpc::Status> received = Receive(session, flags, part);
  const bool done =
      received.ok() && received->ok() && std::rename(part.c_str(), flags.output.c_str()) == 0;
  if (!done) std::remove(part.c_str());
  if (!received.ok()) return session.FailLocally(std::string(received.status().message()));
  if (!received->ok()) return session.Fail(*received);
  if (!done) return session.FailLocally(absl::StrCat("cannot write ", flags.output));
  session.out() << flags.output << "\n";
  return kOk;
}

// A file that is read wherever it is looked at.
class FileSource final : public bundle::Source {
 public:
  explicit FileSource(const std::string& file) : file_(file, std::ios::binary | std::ios::ate) {
    size_ = file_.good() ? static_cast<int64_t>(file_.tellg()) : -1;
  }
  bool good() const { return size_ >= 0; }

  uint64_t size() const override { return static_cast<uint64_t>(size_); }
  absl::StatusOr<std::string> Read(uint64_t offset, size_t count) override {
    std::string bytes(count, '\0');
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(bytes.data(), static_cast<std::streamsize>(count));
    if (!file_.good()) return absl::DataLossError("the file cannot be read");
    return bytes;
  }

 private:
  std::ifstream file_;
  int64_t size_ = -1;
};

struct VerifyFlags {
  std::string file;
  std::vector<std::string> public_keys;
  std::vector<std::string> checkpoints;
  bool older = false;
};

absl::StatusOr<bundle::Outside> OutsideOf(const VerifyFlags& flags) {
  bundle::Outside outside;
  ASSIGN_OR_RETURN(const auto keys, ByService(flags.public_keys));
  for (const auto& [service, given] : keys) {
    ASSIGN_OR_RETURN(outside.public_keys[service], PublicKeyOf(given, service));
  }
  ASSIGN_OR_RETURN(const auto files, ByService(flags.checkpoints));
  for (const auto& [service, names] : files) {
    bundle::OutsideCheckpoints& of = outside.checkpoints[service];
    of.accept_older = flags.older;
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(const std::vector<v1::Checkpoint> more, audit::ReadSinkFile(name));
      of.checkpoints.insert(of.checkpoints.end(), more.begin(), more.end());
    }
  }
  return outside;
}

void ShowGenuine(Session& session, const Verdict& verdict) {
  const v1::BundleManifest& manifest = verdict.manifest;
  Table table({"GENUINE", manifest.case_name()});
  table.AddRow({"tenant", manifest.tenant()});
  table.AddRow({"made", TimeText(true, manifest.create_time())});
  table.AddRow({"by", absl::StrCat(manifest.person(), " through ", manifest.caller())});
  table.AddRow({"for", manifest.purpose()});
  for (const v1::BundleAsOf& one : manifest.as_of()) {
    table.AddRow({"as of", absl::StrCat(one.service(), "'s checkpoint ", one.checkpoint())});
  }
  table.AddRow({"holds", absl::StrCat(verdict.documents, " documents, ", verdict.files, " files, ",
                                      verdict.entries, " audit entries, ", verdict.opened,
                                      " of them opened")});
  for (const v1::WithheldContent& one : manifest.withheld()) {
    table.AddRow({"not there",
                  absl::StrCat(one.resource(),
                               one.sequence() == 0 ? "" : absl::StrCat(" entry ", one.sequence()),
                               one.file() ? ", its file" : "", ": ", EnumText(one.reason()))});
  }
  session.out() << table.Text();
  for (const std::string& one : verdict.notes) session.out() << "NOTE " << one << "\n";
}

int Verify(Session& session, const VerifyFlags& flags) {
  const absl::StatusOr<bundle::Outside> outside = OutsideOf(flags);
  if (absl::IsNotFound(outside.status())) {
    return session.FailLocally(std::string(outside.status().message()));
  }
  if (!outside.ok()) return session.FailUsage(std::string(outside.status().message()));
  FileSource source(flags.file);
  if (!source.good()) return session.FailLocally(absl::StrCat("cannot read ", flags.file));
  const absl::StatusOr<Verdict> verdict = bundle::Verify(source, *outside);
  if (!verdict.ok()) return session.FailLocally(std::string(verdict.status().message()));
  for (const std::string& one : verdict->problems) session.out() << "BAD " << one << "\n";
  if (!verdict->problems.empty()) return kStatusBase + grpc::StatusCode::DATA_LOSS;
  ShowGenuine(session, *verdict);
  return kOk;
}

void AddExport(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("export", "Make the bundle of a case");
  auto flags = std::make_shared<ExportFlags>();
  command
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { flags->request.set_name(t); }, "cases/…")
      ->required();
  command
      ->add_option_function<std::string>(
          "--purpose", [=](const std::string& t) { flags->request.set_purpose(t); },
          "What it is for; told to the case and to whoever gets it")
      ->required();
  command->add_flag_callback(
      "--originals", [=] { flags->request.set_originals(true); },
      "The originals of files too; never those that may tell who reported, nor infected ones");
  command->add_option("--output", flags->output, "The file; it is there only when it is whole")
      ->required();
  command->footer(
      "Needs a person who has just authenticated strongly. It takes some seconds: until a "
      "checkpoint\ncovers that it was made.\n"
      "Example:\n  mamorictl bundle export cases/… --purpose 'Tokyo District Court, 令和8年(ワ)…'"
      " --output case.tar");
  command->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Export(session, *flags); }; });
}

void AddVerify(CLI::App& group, Choice& choice, const char* name) {
  auto* command = group.add_subcommand(name, "Whether a bundle is genuine; asks no service");
  auto flags = std::make_shared<VerifyFlags>();
  command->add_option("file", flags->file, "The bundle")->required();
  command
      ->add_option("--public-key", flags->public_keys,
                   "SERVICE=HEX, of triage and intake, noted beforehand (`audit public-key`)")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--checkpoint", flags->checkpoints,
                   "SERVICE=FILE, lines of a sink of triage and of intake: the newest that whoever "
                   "verifies has, or the whole file")
      ->required()
      ->allow_extra_args(false);
  command->add_flag("--older", flags->older,
                    "The bundle may end before the newest checkpoint given: what came later is "
                    "then not proved");
  command->footer(
      "Prints what does not hold, and where, and ends with exit code 25; or that it is genuine, "
      "what\n"
      "it holds and what is not in it, and why. Nothing in the bundle is believed but what the "
      "keys\n"
      "and checkpoints given here bear out.\n"
      "Example:\n  mamorictl verify-bundle case.tar --public-key triage=… --public-key intake=…\n"
      "    --checkpoint triage=audit.triage.jsonl --checkpoint intake=audit.intake.jsonl");
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return Verify(session, *flags); };
  });
}

}  // namespace

void AddBundleCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("bundle", "All that is known of a case, in one file");
  group->require_subcommand(1);
  AddExport(*group, choice);
  AddVerify(*group, choice, "verify");
  AddVerify(app, choice, "verify-bundle");
}

}  // namespace mamori::ctl
