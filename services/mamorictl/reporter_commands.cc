// reporter: what people who report do for themselves, by their receipt alone.
#include <google/protobuf/util/json_util.h>

#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/receipt/receipt.h"
#include "common/receipt/work.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/mamorictl/client_seal.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/report_flags.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

// Reads a report from proto3 JSON of a SubmitReportRequest, or takes the one told by flags.
absl::Status ReadReport(const std::string& file, const mamori::v1::Report& from_flags,
                        mamori::v1::Report& report) {
  report = from_flags;
  if (file.empty()) return absl::OkStatus();
  std::string json;
  if (!ReadText(file, json)) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  intake::v1::SubmitReportRequest request;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &request);
  if (!parsed.ok()) return absl::InvalidArgumentError(absl::StrCat(file, ": not a report"));
  report = request.report();
  return absl::OkStatus();
}

// How much work the service asks for; 0 when it asks for none.
int DifficultyOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details())) return 0;
  for (const auto& detail : details.details()) {
    int bits = 0;
    if (detail.UnpackTo(&info) && info.reason() == "WORK_REQUIRED" &&
        absl::SimpleAtoi(info.metadata().at("difficulty"), &bits)) {
      return bits;
    }
  }
  return 0;
}

// Sends it, sealed when asked to, and does the work that is asked for.
grpc::Status Send(Session& session, bool sealed, intake::v1::SubmitAnonymousReportRequest request,
                  intake::v1::SubmitAnonymousReportResponse& response) {
  ClientSeal seal(sealed);
  if (const auto prepared = seal.Prepare(session); !prepared.ok()) return prepared;
  if (sealed) request.set_reply_key(seal.reply_key());
  for (int tries = 0;; ++tries) {
    intake::v1::SubmitAnonymousReportRequest sent = request;
    if (const auto boxed = seal.Seal(sent); !boxed.ok()) return boxed;
    const auto status =
        session.reporter().SubmitAnonymousReport(session.AnonymousCall().get(), sent, &response);
    const int difficulty = DifficultyOf(status);
    if (status.ok()) return seal.Open(response);
    if (difficulty == 0 || tries == 5) return status;
    request.set_work(receipt::DoWork(request.receipt(), difficulty));
  }
}

int Submit(Session& session, const std::string& file, const std::string& receipt_file, bool sealed,
           const mamori::v1::Report& from_flags) {
  intake::v1::SubmitAnonymousReportRequest request;
  const absl::Status read = ReadReport(file, from_flags, *request.mutable_report());
  if (!read.ok()) return session.FailUsage(std::string(read.message()));
  std::string receipt;
  if (receipt_file.empty()) {
    receipt = session.NewReceipt();
  } else {
    const auto kept = session.ReadOrMakeReceipt(receipt_file);
    if (!kept.ok()) return session.FailUsage(std::string(kept.status().message()));
    receipt = *kept;
  }
  // Before it is sent: whatever becomes of the answer, the reporter has it.
  if (receipt_file.empty()) {
    session.err() << "receipt: " << receipt::Grouped(receipt)
                  << "\nKeep it: it is all that opens the dialogue about the report.\n"
                  << std::flush;
  }
  request.set_receipt(receipt);
  intake::v1::SubmitAnonymousReportResponse response;
  const auto status = Send(session, sealed, std::move(request), response);
  if (!status.ok()) return session.Fail(status);
  return session.Show(response, response.name() + "\n");
}

int Rotate(Session& session, const std::string& receipt_file, bool sealed) {
  const auto old = ReadReceipt(receipt_file);
  if (!old.ok()) return session.FailUsage(std::string(old.status().message()));
  // Beside the old one until it is in force: the same command then sends the same again.
  const std::string next_file = receipt_file + ".next";
  const auto next = session.ReadOrMakeReceipt(next_file);
  if (!next.ok()) return session.FailUsage(std::string(next.status().message()));
  intake::v1::RotateReceiptRequest request;
  request.set_receipt(*old);
  request.set_new_receipt(*next);
  google::protobuf::Empty response;
  const auto status = CallSealed(session, sealed, request, response,
                                 [&](auto* context, const auto& sent, auto* answer) {
                                   return session.reporter().RotateReceipt(context, sent, answer);
                                 });
  if (!status.ok()) return session.Fail(status);
  const absl::Status written = WriteReceipt(receipt_file, *next);
  if (!written.ok()) return session.FailLocally(std::string(written.message()));
  std::remove(next_file.c_str());
  return session.Show(response, absl::StrCat(receipt::Grouped(*next), "\n"));
}

void AddSubmit(CLI::App& group, Choice& choice) {
  auto* submit = group.add_subcommand("submit", "Report anonymously, from a file or from flags");
  auto file = std::make_shared<std::string>();
  auto receipt_file = std::make_shared<std::string>();
  auto sealed = std::make_shared<bool>(false);
  submit->add_flag("--sealed", *sealed, kSealHelp);
  auto* file_option = submit->add_option(
      "file", *file, "proto3 JSON of SubmitReportRequest; - reads standard input");
  submit->add_option("--receipt-file", *receipt_file,
                     "Where the receipt is, or is put when there is none. Left out: it is printed");
  auto report = AddReportFlags(*submit, *file_option);
  submit->footer(
      "Examples:\n"
      "  mamorictl reporter submit --receipt-file ~/receipt --company acme \\\n"
      "      --kind internal-harassment --language en --narrative-file -\n"
      "Prints the report's name. With the same receipt file the command can be sent again: it is "
      "the same report.");
  submit->callback([=, &choice] {
    if (file->empty() && report->narrative().empty()) {
      throw CLI::RequiredError("a file, --narrative or --narrative-file");
    }
    choice.run = [=](Session& session) {
      return Submit(session, *file, *receipt_file, *sealed, *report);
    };
  });
}

void AddRotate(CLI::App& group, Choice& choice) {
  auto* rotate = group.add_subcommand("rotate", "Put a new receipt in the place of the old one");
  auto receipt_file = std::make_shared<std::string>();
  rotate->add_option("--receipt-file", *receipt_file, "The receipt; the new one is put there")
      ->required();
  auto sealed = std::make_shared<bool>(false);
  rotate->add_flag("--sealed", *sealed, kSealHelp);
  rotate->footer("Example:\n  mamorictl reporter rotate --receipt-file ~/receipt");
  rotate->callback([=, &choice] {
    choice.run = [=](Session& session) { return Rotate(session, *receipt_file, *sealed); };
  });
}

// Whose report it is about: a receipt, or a report's name and a token.
struct Own {
  std::string receipt_file;
  std::string report;
  bool sealed = false;
};

std::shared_ptr<Own> AddOwn(CLI::App& command) {
  auto own = std::make_shared<Own>();
  auto* receipt = command.add_option("--receipt-file", own->receipt_file, "The receipt");
  command.add_option("--report", own->report, "reports/…, by token")->excludes(receipt);
  command.add_flag("--sealed", own->sealed, kSealHelp)->needs(receipt);
  return own;
}

// Calls the method by receipt or the one by token, after `fill` has filled the rest of either
// request.
template <typename Anonymous, typename Known, typename Response, typename Fill, typename Show>
int CallEither(Session& session, const Own& own,
               grpc::Status (intake::v1::ReporterService::Stub::*by_receipt)(grpc::ClientContext*,
                                                                             const Anonymous&,
                                                                             Response*),
               grpc::Status (intake::v1::ReporterService::Stub::*by_token)(grpc::ClientContext*,
                                                                           const Known&, Response*),
               Fill fill, Show show) {
  Response response;
  grpc::Status status;
  if (own.receipt_file.empty()) {
    Known request;
    request.set_report(own.report);
    fill(request);
    status = (session.reporter().*by_token)(session.Call().get(), request, &response);
  } else {
    const auto receipt = ReadReceipt(own.receipt_file);
    if (!receipt.ok()) return session.FailUsage(std::string(receipt.status().message()));
    Anonymous request;
    request.set_receipt(*receipt);
    fill(request);
    status = CallSealed(session, own.sealed, request, response,
                        [&](auto* context, const auto& sent, auto* answer) {
                          return (session.reporter().*by_receipt)(context, sent, answer);
                        });
  }
  return status.ok() ? session.Show(response, show(response)) : session.Fail(status);
}

void AddShare(CLI::App& group, Choice& choice) {
  auto* share = group.add_subcommand("share", "Decide with whom one's own report is shared");
  auto own = AddOwn(*share);
  auto sharing = std::make_shared<intake::v1::Sharing>();
  AddEnumFlag<intake::v1::SharingScope>(*share, "--scope", "With whom",
                                        [=](intake::v1::SharingScope s) { sharing->set_scope(s); })
      ->required();
  share->add_option_function<std::vector<std::string>>(
      "--person",
      [=](const std::vector<std::string>& people) {
        for (const std::string& person : people) sharing->add_people(person);
      },
      "issuer/subject, for --scope people");
  share->add_option_function<int64_t>(
      "--version", [=](int64_t v) { sharing->set_version(v); },
      "Of the decision in force; 0 for none");
  share->footer("Example:\n  mamorictl reporter share --receipt-file ~/receipt --scope nobody");
  share->callback([=, &choice] {
    choice.run = [=](Session& session) {
      using Stub = intake::v1::ReporterService::Stub;
      return CallEither<intake::v1::SetAnonymousSharingRequest, intake::v1::SetSharingRequest,
                        intake::v1::Sharing>(
          session, *own, &Stub::SetAnonymousSharing, &Stub::SetSharing,
          [&](auto& request) { *request.mutable_sharing() = *sharing; },
          [](const intake::v1::Sharing& now) {
            return absl::StrCat("version ", now.version(), "\n");
          });
    };
  });
}

void AddSharing(CLI::App& group, Choice& choice) {
  auto* show = group.add_subcommand("sharing", "With whom one's own report is shared, by token");
  auto request = std::make_shared<intake::v1::GetSharingRequest>();
  show->add_option_function<std::string>(
          "report", [=](const std::string& t) { request->set_report(t); }, "reports/…")
      ->required();
  show->footer("Example:\n  mamorictl reporter sharing reports/…");
  show->callback([=, &choice] {
    choice.run = [=](Session& session) {
      intake::v1::Sharing now;
      const auto status = session.reporter().GetSharing(session.Call().get(), *request, &now);
      if (!status.ok()) return session.Fail(status);
      return session.Show(now,
                          absl::StrCat(EnumText(now.scope()), ", version ", now.version(), "\n"));
    };
  });
}

template <typename Repeated>
std::string RemainsText(const Repeated& remains) {
  std::string text = "remains:";
  for (const int part : remains) {
    absl::StrAppend(&text, " ", EnumText(static_cast<intake::v1::Remains>(part)));
  }
  return text + "\n";
}

void AddWithdraw(CLI::App& group, Choice& choice) {
  auto* withdraw = group.add_subcommand("withdraw", "Withdraw one's own report, once and for all");
  auto own = AddOwn(*withdraw);
  withdraw->footer(
      "Says what remains. Example:\n  mamorictl reporter withdraw --receipt-file ~/receipt");
  withdraw->callback([=, &choice] {
    choice.run = [=](Session& session) {
      using Stub = intake::v1::ReporterService::Stub;
      return CallEither<intake::v1::WithdrawAnonymousReportRequest,
                        intake::v1::WithdrawReportRequest, intake::v1::WithdrawReportResponse>(
          session, *own, &Stub::WithdrawAnonymousReport, &Stub::WithdrawReport, [](auto&) {},
          [](const intake::v1::WithdrawReportResponse& response) {
            return RemainsText(response.remains());
          });
    };
  });
}

std::string ConsentText(const intake::v1::Consent& consent) {
  return absl::StrCat(consent.given() ? "given" : "not given", ", version ", consent.version(),
                      "\n");
}

void AddGiveConsent(CLI::App& group, Choice& choice) {
  auto* give = group.add_subcommand("give", "Let the consultation become a case");
  auto own = AddOwn(*give);
  give->callback([=, &choice] {
    choice.run = [=](Session& session) {
      using Stub = intake::v1::ReporterService::Stub;
      return CallEither<intake::v1::GiveAnonymousConsentRequest, intake::v1::GiveConsentRequest,
                        intake::v1::Consent>(
          session, *own, &Stub::GiveAnonymousConsent, &Stub::GiveConsent, [](auto&) {},
          ConsentText);
    };
  });
}

void AddWithdrawConsent(CLI::App& group, Choice& choice) {
  auto* withdraw = group.add_subcommand("withdraw", "Take it back; says what remains");
  auto own = AddOwn(*withdraw);
  withdraw->callback([=, &choice] {
    choice.run = [=](Session& session) {
      using Stub = intake::v1::ReporterService::Stub;
      return CallEither<intake::v1::WithdrawAnonymousConsentRequest,
                        intake::v1::WithdrawConsentRequest, intake::v1::WithdrawConsentResponse>(
          session, *own, &Stub::WithdrawAnonymousConsent, &Stub::WithdrawConsent, [](auto&) {},
          [](const intake::v1::WithdrawConsentResponse& response) {
            return ConsentText(response.consent()) + RemainsText(response.remains());
          });
    };
  });
}

void AddShowConsent(CLI::App& group, Choice& choice) {
  auto* show = group.add_subcommand("show", "What is in force, by token");
  auto request = std::make_shared<intake::v1::GetConsentRequest>();
  show->add_option_function<std::string>(
          "report", [=](const std::string& t) { request->set_report(t); }, "reports/…")
      ->required();
  show->callback([=, &choice] {
    choice.run = [=](Session& session) {
      intake::v1::Consent consent;
      const auto status = session.reporter().GetConsent(session.Call().get(), *request, &consent);
      return status.ok() ? session.Show(consent, ConsentText(consent)) : session.Fail(status);
    };
  });
}

void AddConsent(CLI::App& group, Choice& choice) {
  auto* consent = group.add_subcommand("consent", "Whether one's own consultation becomes a case");
  consent->require_subcommand(1);
  AddGiveConsent(*consent, choice);
  AddWithdrawConsent(*consent, choice);
  AddShowConsent(*consent, choice);
}

void AddIdentify(CLI::App& group, Choice& choice) {
  auto* submit = group.add_subcommand("identify", "Report by token, named or confidentially");
  auto file = std::make_shared<std::string>();
  auto request = std::make_shared<intake::v1::SubmitIdentifiedReportRequest>();
  auto* file_option = submit->add_option(
      "file", *file, "proto3 JSON of SubmitReportRequest; - reads standard input");
  AddEnumFlag<mamori::v1::ReporterMode>(*submit, "--mode",
                                        "Who may know who it is: named or confidential",
                                        [=](mamori::v1::ReporterMode m) { request->set_mode(m); })
      ->required();
  submit->add_option_function<std::string>(
      "--for-person", [=](const std::string& t) { request->set_for_person(t); },
      "issuer/subject of the person for whom one reports, which takes a role: manager, desk, "
      "consultation, first_reader or executive");
  submit->add_option_function<std::string>(
      "--request-id", [=](const std::string& t) { request->set_request_id(t); },
      "Same id and same report: the first answer again. Made when left out");
  auto report = AddReportFlags(*submit, *file_option);
  submit->callback([=, &choice] {
    choice.run = [=](Session& session) {
      const absl::Status read = ReadReport(*file, *report, *request->mutable_report());
      if (!read.ok()) return session.FailUsage(std::string(read.message()));
      request->set_request_id(session.RequestId(request->request_id()));
      intake::v1::SubmitReportResponse response;
      const auto status =
          session.reporter().SubmitIdentifiedReport(session.Call().get(), *request, &response);
      if (!status.ok()) return session.Fail(status);
      return session.Show(response, response.name() + "\n");
    };
  });
}

}  // namespace

void AddReporterCommands(CLI::App& app, Choice& choice) {
  auto* group =
      app.add_subcommand("reporter", "Report anonymously, and keep in touch by the receipt");
  group->require_subcommand(1);
  AddSubmit(*group, choice);
  AddRotate(*group, choice);
  AddIdentify(*group, choice);
  AddShare(*group, choice);
  AddSharing(*group, choice);
  AddWithdraw(*group, choice);
  AddConsent(*group, choice);
}

}  // namespace mamori::ctl
