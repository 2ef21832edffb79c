"""Running a study: render training sets, fine-tune, sample answers, judge them."""
