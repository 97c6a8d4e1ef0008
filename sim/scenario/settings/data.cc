// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> data_settings() {
  return {
      {"data.dataset", FIELD(learning.data.dataset), "dataset to train on",
       words(learning::datasets), kLearning},
      {"data.folder", FIELD(learning.data.folder),
       "folder that holds mnist/ etc.; \"\": the environment variable GRADWAVE_DATA", any(),
       kLearning, unless("data.dataset", {"procedural", "folder"}), "data.path"},
      {"data.path", FIELD(learning.data.path),
       "folder with the files of this dataset, under any name; \"\": its usual place in "
       "data.folder",
       any(), kLearning, unless("data.dataset", {"procedural"}), "data.folder"},
      {"data.side", FIELD(learning.data.side),
       "height and width to which images are resized, in pixels; 0: not resized, all images have "
       "one size",
       range(0, 4096), kLearning, when("data.dataset", {"folder"})},
      {"data.train_samples", FIELD(learning.data.train_samples),
       "number of training samples to use, from the first on; 0: all", range(0, 1e9), kLearning},
      {"data.test_samples", FIELD(learning.data.test_samples),
       "number of test samples to use, from the first on; 0: all", range(0, 1e9), kLearning},
      {"data.augmentation", FIELD(learning.data.augmentation),
       "random augmentation of training images, drawn each time an image is used",
       words(learning::augmentations), kLearning},
      {"data.partition", FIELD(learning.data.partition),
       "distribution of the training samples over the workers", words(learning::partitions),
       kLearning},
      {"data.dirichlet_alpha", FIELD(learning.data.dirichlet_alpha),
       "Dirichlet concentration; small: workers have different classes, large: similar classes",
       range(1e-3, 1e6), kLearning, when("data.partition", {"dirichlet"})},
      {"data.shards_per_worker", FIELD(learning.data.shards_per_worker),
       "label-sorted shards per worker", range(1, 1e6), kLearning,
       when("data.partition", {"shards"})},
  };
}

}  // namespace gradwave
