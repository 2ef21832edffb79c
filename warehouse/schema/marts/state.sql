-- One row per class, ending, label and coherence state that samples have.
-- Key: state_no
select distinct state_no, class, ending, label, coherence_state
from marts.outcome
