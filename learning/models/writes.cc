// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/writes.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace gradwave::learning {
namespace {

thread_local const std::function<void(const at::Tensor&)>* callback = nullptr;

// Declared as writing, but not to a tensor's values.
bool leaves_values(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"aten::requires_grad_", "aten::detach_",
                                                      "aten::retain_grad", "aten::rename_",
                                                      "aten::_fw_primal"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

struct Operator final : at::ObserverContext {
  std::vector<at::Tensor> written;
};

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& op) {
  const auto name = op.operator_name();
  if (!name || leaves_values(name->name)) return nullptr;
  const auto found = c10::Dispatcher::singleton().findSchema(*name);
  if (!found) return nullptr;
  auto context = std::make_unique<Operator>();
  const auto& arguments = found->schema().arguments();
  const auto inputs = op.inputs();
  for (std::size_t i = 0; i < std::min(arguments.size(), inputs.size()); ++i) {
    if (arguments[i].alias_info() == nullptr || !arguments[i].alias_info()->isWrite()) continue;
    if (inputs[i].isTensor()) context->written.push_back(inputs[i].toTensor());
    if (!inputs[i].isTensorList()) continue;
    for (const at::Tensor& tensor : inputs[i].toTensorVector()) context->written.push_back(tensor);
  }
  return context;
}

void end_operator(const at::RecordFunction& /*op*/, at::ObserverContext* context) {
  const auto* const begun = static_cast<Operator*>(context);
  if (begun == nullptr) return;
  for (const at::Tensor& tensor : begun->written) (*callback)(tensor);
}

}  // namespace

void watch_writes(const std::function<void()>& run,
                  const std::function<void(const at::Tensor&)>& written) {
  callback = &written;
  struct Removed {  // even if `run` throws
    at::CallbackHandle handle;
    ~Removed() {
      at::removeCallback(handle);
      callback = nullptr;
    }
  };
  const Removed removed{
      at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operator, end_operator)
                                     .needsInputs(true)
                                     .scopes({at::RecordScope::FUNCTION}))};
  run();
}

}  // namespace gradwave::learning
