// SPDX-License-Identifier: GPL-2.0-only
// What describe() and the learner agree on.
#pragma once

#include <string>

#include "learning/compression/facts.h"
#include "learning/compression/schedule.h"
#include "learning/data/dataset.h"
#include "learning/description.h"

namespace gradwave::learning {


// describe() of data that are at hand already, and without a rehearsal.
Description describe(const Options& options, const DatasetShape& shape);

// The schedule that the options ask for, with this t_hat where they leave it to a pilot.
Schedule schedule_of(const Options& options, const Description& description, std::int64_t t_hat);

// rehearse() for data of this shape.
void rehearse(const Options& options, const DatasetShape& shape);

constexpr std::int64_t kEvaluatedTogether = 1000;  // test images

}  // namespace gradwave::learning
