-- One row per class, label and coherence state that samples have.
-- Key: state_no
select distinct state_no, class, label, coherence_state
from marts.outcome
