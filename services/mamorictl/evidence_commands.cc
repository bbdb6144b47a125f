// evidence: files of reports, by receipt or by token.
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/crypto/sha256.h"
#include "mamori/intake/v1/evidence_service.grpc.pb.h"
#include "services/mamorictl/evidence_text.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using intake::v1::Evidence;
using intake::v1::EvidenceAccess;
using EvidenceStub = intake::v1::EvidenceService::Stub;

std::unique_ptr<EvidenceStub> EvidenceStubOf(Session& session) {
  return intake::v1::EvidenceService::NewStub(session.Channel(session.settings().intake));
}

int RunGet(Session& session, const std::string& name, const std::string& receipt_file) {
  Evidence evidence;
  grpc::Status status;
  if (receipt_file.empty()) {
    intake::v1::GetEvidenceRequest request;
    request.set_name(name);
    status = EvidenceStubOf(session)->GetEvidence(session.Call().get(), request, &evidence);
  } else {
    const auto receipt = ReadReceipt(receipt_file);
    if (!receipt.ok()) return session.FailUsage(std::string(receipt.status().message()));
    intake::v1::GetAnonymousEvidenceRequest request;
    request.set_receipt(*receipt);
    request.set_name(name);
    status = EvidenceStubOf(session)->GetAnonymousEvidence(session.AnonymousCall().get(), request,
                                                           &evidence);
  }
  return status.ok() ? session.Show(evidence, EvidenceText(evidence)) : session.Fail(status);
}

// By token where there is no receipt.
grpc::Status ListFiles(Session& session, const std::string& report, const std::string& receipt,
                       const Paging& paging, intake::v1::ListEvidenceResponse& all) {
  const auto stub = EvidenceStubOf(session);
  const auto evidence_of = [](auto& response) { return response.mutable_evidence(); };
  if (!receipt.empty()) {
    intake::v1::ListAnonymousEvidenceRequest request;
    request.set_receipt(receipt);
    return ListPages(
        paging, request, all,
        [&](const auto& page_request, auto* page) {
          return stub->ListAnonymousEvidence(session.AnonymousCall().get(), page_request, page);
        },
        evidence_of);
  }
  intake::v1::ListEvidenceRequest request;
  request.set_report(report);
  return ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return stub->ListEvidence(session.Call().get(), page_request, page);
      },
      evidence_of);
}

int RunList(Session& session, const std::string& report, const std::string& receipt_file,
            const Paging& paging) {
  std::string receipt;
  if (!receipt_file.empty()) {
    const auto read = ReadReceipt(receipt_file);
    if (!read.ok()) return session.FailUsage(std::string(read.status().message()));
    receipt = *read;
  }
  intake::v1::ListEvidenceResponse all;
  const auto status = ListFiles(session, report, receipt, paging, all);
  if (!status.ok()) return session.Fail(status);
  Table table({"EVIDENCE", "CREATED", "STATE", "BYTES", "MALWARE", "DERIVATIVE", "FILE NAME"});
  for (const Evidence& one : all.evidence()) {
    table.AddRow({one.name(), TimeText(one.has_create_time(), one.create_time()),
                  EnumText(one.state()), absl::StrCat(one.size()),
                  EnumText(one.inspection().malware()),
                  one.inspection().has_derivative() ? "yes" : "no", Harmless(one.file_name())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int RunCustody(Session& session, const std::string& name, const Paging& paging) {
  const auto stub = EvidenceStubOf(session);
  intake::v1::ListEvidenceAccessRequest request;
  request.set_name(name);
  intake::v1::ListEvidenceAccessResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return stub->ListEvidenceAccess(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_accesses(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"NUMBER", "WHEN", "WHAT", "WHO", "THROUGH", "WHY"});
  for (const EvidenceAccess& one : all.accesses()) {
    table.AddRow({absl::StrCat(one.number()), TimeText(one.has_create_time(), one.create_time()),
                  EnumText(one.kind()), one.person(), one.caller(), Harmless(one.purpose())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

// Where a download goes: a new file, of its owner alone, that has its name once it is whole. The
// name that the uploader gave is never used.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path),
        part_(path + ".part"),
        fd_(open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~NewFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_.c_str());  // what is kept has another name too by now
  }
  bool ok() const { return fd_ >= 0; }
  bool Write(std::string_view bytes) {
    hash_.Add(bytes);
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written <= 0) return false;
      bytes.remove_prefix(written);
    }
    return true;
  }
  // Unless there is a file of that name.
  bool Keep() { return fsync(fd_) == 0 && link(part_.c_str(), path_.c_str()) == 0; }
  std::string Hash() { return hash_.Finish(); }

 private:
  const std::string path_;
  const std::string part_;
  const int fd_;
  crypto::Sha256 hash_;
};

struct DownloadJob {
  std::string name;
  std::string purpose;
  std::string output;
  bool original = false;
};

template <typename Response>
int Receive(Session& session, const DownloadJob& download, grpc::ClientReader<Response>& stream) {
  NewFile file(download.output);
  if (!file.ok()) return session.FailLocally(absl::StrCat("cannot make ", download.output));
  Evidence evidence;
  Response response;
  while (stream.Read(&response)) {
    if (response.has_evidence()) evidence = response.evidence();
    if (response.has_chunk() && !file.Write(response.chunk().data())) {
      return session.FailLocally(absl::StrCat("cannot write ", download.output));
    }
  }
  const grpc::Status status = stream.Finish();
  if (!status.ok()) return session.Fail(status);
  if (file.Hash() !=
      (download.original ? evidence.sha256() : evidence.inspection().derivative_sha256())) {
    return session.FailLocally("what came is not what was announced");
  }
  if (!file.Keep()) return session.FailLocally(absl::StrCat("cannot make ", download.output));
  return session.Show(evidence, EvidenceText(evidence));
}

int RunDownload(Session& session, const DownloadJob& download) {
  const auto stub = EvidenceStubOf(session);
  const auto context = session.Call(/*stream=*/true);
  if (download.original) {
    intake::v1::DownloadOriginalRequest request;
    request.set_name(download.name);
    request.set_purpose(download.purpose);
    return Receive(session, download, *stub->DownloadOriginal(context.get(), request));
  }
  intake::v1::DownloadEvidenceRequest request;
  request.set_name(download.name);
  request.set_purpose(download.purpose);
  return Receive(session, download, *stub->DownloadEvidence(context.get(), request));
}

void AddDownload(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("download", "Get the derivative, or the original");
  auto download = std::make_shared<DownloadJob>();
  command->add_option("name", download->name, "reports/…/evidence/…")->required();
  command
      ->add_option("--purpose", download->purpose, "Why it is read; kept in the chain of custody")
      ->required();
  command->add_option("--output", download->output, "A new file")->required();
  command->add_flag("--original", download->original,
                    "The file as it was sent, whatever it holds; needs a strong, recent login");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return RunDownload(session, *download); };
  });
}

}  // namespace

void AddEvidenceCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("evidence", "Files of reports");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  mamorictl evidence add call.wav --report reports/…\n"
      "  mamorictl evidence add call.wav --receipt-file ~/receipt\n"
      "  mamorictl evidence download reports/…/evidence/… --purpose 'fact finding' --output a.wav");
  AddEvidenceUpload(*group, choice);
  AddDownload(*group, choice);

  auto name = std::make_shared<std::string>();
  auto* get = group->add_subcommand("get", "What is known of a file");
  get->add_option("name", *name, "reports/…/evidence/…")->required();
  auto receipt_file = std::make_shared<std::string>();
  get->add_option("--receipt-file", *receipt_file, "By receipt instead of a token");
  get->callback([=, &choice] {
    choice.run = [=](Session& session) { return RunGet(session, *name, *receipt_file); };
  });

  auto report = std::make_shared<std::string>();
  auto* list = group->add_subcommand("list", "The files of a report, newest first");
  auto* of_report = list->add_option("report", *report, "reports/…, by token");
  list->add_option("--receipt-file", *receipt_file, "In its place the receipt")
      ->excludes(of_report);
  auto list_paging = AddPagingFlags(*list);
  list->callback([=, &choice] {
    if (report->empty() && receipt_file->empty()) {
      throw CLI::RequiredError("report or --receipt-file");
    }
    choice.run = [=](Session& session) {
      return RunList(session, *report, *receipt_file, *list_paging);
    };
  });

  auto* custody = group->add_subcommand("custody", "Who had a file in hands, newest first");
  custody->add_option("name", *name, "reports/…/evidence/…")->required();
  auto custody_paging = AddPagingFlags(*custody);
  custody->callback([=, &choice] {
    choice.run = [=](Session& session) { return RunCustody(session, *name, *custody_paging); };
  });
}

}  // namespace mamori::ctl
