-- The exam room on SQLite: what a published sitting refuses, whom the database keeps apart,
-- what is only ever added to. Each trigger looks at the rows themselves, since a plain shell
-- opens the file with foreign_keys off, and guards against INSERT OR REPLACE, which slips past
-- DELETE triggers. `registry migrate` drops and makes all of it again after every run.

drop trigger if exists candidate_insert_open;
create trigger candidate_insert_open before insert on candidate when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists candidate_update_open;
create trigger candidate_update_open before update on candidate when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists sitting_entry_insert_open;
create trigger sitting_entry_insert_open before insert on sitting_entry when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists sitting_entry_update_open;
create trigger sitting_entry_update_open before update on sitting_entry when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists entry_account_insert_open;
create trigger entry_account_insert_open before insert on entry_account when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists entry_account_update_open;
create trigger entry_account_update_open before update on entry_account when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists mark_cell_insert_open;
create trigger mark_cell_insert_open before insert on mark_cell when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists mark_cell_update_open;
create trigger mark_cell_update_open before update on mark_cell when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists mark_history_insert_open;
create trigger mark_history_insert_open before insert on mark_history when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists mark_history_update_open;
create trigger mark_history_update_open before update on mark_history when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists room_total_insert_open;
create trigger room_total_insert_open before insert on room_total when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists room_total_update_open;
create trigger room_total_update_open before update on room_total when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists wrong_form_insert_open;
create trigger wrong_form_insert_open before insert on wrong_form when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists wrong_form_insert_typist;
create trigger wrong_form_insert_typist before insert on wrong_form when exists (
  select 1 from entry_account where sitting_id = new.sitting_id and account_id = new.account_id)
begin select raise(abort, 'rule:form-by-typist'); end;

drop trigger if exists wrong_form_insert_typed;
create trigger wrong_form_insert_typed before insert on wrong_form when not exists (
  select 1 from room_total where sitting_id = new.sitting_id and room_id = new.room_id
    and entry = new.entry and source = 'typed' and scripts = new.scripts and total = new.total)
begin select raise(abort, 'rule:form-not-typed'); end;

drop trigger if exists settlement_insert_open;
create trigger settlement_insert_open before insert on settlement when exists (
  select 1 from sitting where id = new.sitting_id and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists settlement_update_open;
create trigger settlement_update_open before update on settlement when exists (
  select 1 from sitting where id in (old.sitting_id, new.sitting_id) and state in ('published', 'cancelled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists candidate_insert_officer;
create trigger candidate_insert_officer before insert on candidate when not exists (
  select 1 from engagement e
  join establishment s on s.code = e.establishment
  join person p on p.id = e.person_id
  where e.person_id = new.person_id and e.ended_on is null
    and s.category = 'officer' and e.category = 'officer' and p.barred = 0)
begin select raise(abort, 'rule:candidate-not-officer'); end;

drop trigger if exists candidate_ticket_own_insert;
create trigger candidate_ticket_own_insert before insert on candidate when new.ticket_id is not null and not exists (
  select 1 from exam_ticket t join sitting s on s.round_id = t.round_id
  where t.id = new.ticket_id and t.person_id = new.person_id and s.id = new.sitting_id)
begin select raise(abort, 'rule:ticket-of-another'); end;

drop trigger if exists candidate_ticket_own_update;
create trigger candidate_ticket_own_update before update on candidate when new.ticket_id is not null and not exists (
  select 1 from exam_ticket t join sitting s on s.round_id = t.round_id
  where t.id = new.ticket_id and t.person_id = new.person_id and s.id = new.sitting_id)
begin select raise(abort, 'rule:ticket-of-another'); end;

drop trigger if exists entry_account_typist;
create trigger entry_account_typist before insert on entry_account when exists (
  select 1 from account a where a.id = new.account_id and a.role = 'typist')
  and not exists (select 1 from typist t where t.account_id = new.account_id
    and t.sitting_id = new.sitting_id and t.ended_at is null)
begin select raise(abort, 'rule:typist-is-bound'); end;

drop trigger if exists mark_cell_who_insert;
create trigger mark_cell_who_insert before insert on mark_cell when not exists (
  select 1 from entry_account where sitting_id = new.sitting_id and entry = new.entry
    and account_id = new.account_id)
begin select raise(abort, 'rule:entry-of-another'); end;

drop trigger if exists mark_cell_who_update;
create trigger mark_cell_who_update before update on mark_cell when not exists (
  select 1 from entry_account where sitting_id = new.sitting_id and entry = new.entry
    and account_id = new.account_id)
begin select raise(abort, 'rule:entry-of-another'); end;

drop trigger if exists mark_cell_of_insert;
create trigger mark_cell_of_insert before insert on mark_cell when not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id)
begin select raise(abort, 'rule:mark-of-another-sitting'); end;

drop trigger if exists mark_cell_of_update;
create trigger mark_cell_of_update before update on mark_cell when not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id)
begin select raise(abort, 'rule:mark-of-another-sitting'); end;

drop trigger if exists mark_cell_done_insert;
create trigger mark_cell_done_insert before insert on mark_cell when exists (
  select 1 from sitting_entry where sitting_id = new.sitting_id and entry = new.entry
    and finished_at is not null)
begin select raise(abort, 'rule:entry-is-finished'); end;

drop trigger if exists mark_cell_done_update;
create trigger mark_cell_done_update before update on mark_cell when exists (
  select 1 from sitting_entry where sitting_id = new.sitting_id and entry = new.entry
    and finished_at is not null)
begin select raise(abort, 'rule:entry-is-finished'); end;

drop trigger if exists mark_cell_held_insert;
create trigger mark_cell_held_insert before insert on mark_cell when not exists (
  select 1 from sitting where id = new.sitting_id and state = 'held')
begin select raise(abort, 'rule:sitting-not-held'); end;

drop trigger if exists mark_cell_held_update;
create trigger mark_cell_held_update before update on mark_cell when not exists (
  select 1 from sitting where id = new.sitting_id and state = 'held')
begin select raise(abort, 'rule:sitting-not-held'); end;

drop trigger if exists mark_cell_over_insert;
create trigger mark_cell_over_insert before insert on mark_cell when new.value > (
  select full_mark from sitting where id = new.sitting_id)
begin select raise(abort, 'rule:mark-over-full'); end;

drop trigger if exists mark_cell_over_update;
create trigger mark_cell_over_update before update on mark_cell when new.value > (
  select full_mark from sitting where id = new.sitting_id)
begin select raise(abort, 'rule:mark-over-full'); end;

drop trigger if exists mark_cell_same;
create trigger mark_cell_same before update on mark_cell when new.id <> old.id or new.sitting_id <> old.sitting_id
  or new.candidate_id <> old.candidate_id or new.entry <> old.entry
  or new.version <> old.version + 1
begin select raise(abort, 'rule:mark-version'); end;

drop trigger if exists mark_history_who;
create trigger mark_history_who before insert on mark_history when not exists (
  select 1 from entry_account where sitting_id = new.sitting_id and entry = new.entry
    and account_id = new.account_id)
begin select raise(abort, 'rule:entry-of-another'); end;

drop trigger if exists mark_history_of;
create trigger mark_history_of before insert on mark_history when not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id)
begin select raise(abort, 'rule:mark-of-another-sitting'); end;

drop trigger if exists settlement_of;
create trigger settlement_of before insert on settlement when not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id)
begin select raise(abort, 'rule:mark-of-another-sitting'); end;

drop trigger if exists settlement_equal;
create trigger settlement_equal before insert on settlement when new.settled <> 0 and not exists (
  select 1 from mark_cell where candidate_id = new.candidate_id
    and state = new.state and coalesce(value, -1) = coalesce(new.value, -1))
begin select raise(abort, 'rule:settlement-equals-neither'); end;

drop trigger if exists exam_result_first;
create trigger exam_result_first before insert on exam_result when new.version = 1 and (not exists (
  select 1 from sitting where id = new.sitting_id and state = 'held') or not exists (
  select 1 from candidate c where c.id = new.candidate_id and c.sitting_id = new.sitting_id
    and c.state = 'enrolled'))
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists exam_result_mark;
create trigger exam_result_mark before insert on exam_result when new.version = 1 and not exists (
  select 1 from mark_cell m where m.candidate_id = new.candidate_id
    and m.state = new.state and coalesce(m.value, -1) = coalesce(new.value, -1))
begin select raise(abort, 'rule:result-without-mark'); end;

drop trigger if exists exam_result_open;
create trigger exam_result_open before insert on exam_result when new.version = 1
  and (select entries from sitting where id = new.sitting_id) = 2
  and not exists (
    select 1 from mark_cell a join mark_cell b on b.candidate_id = a.candidate_id and b.entry = 2
    where a.candidate_id = new.candidate_id and a.entry = 1 and a.state = b.state
      and coalesce(a.value, -1) = coalesce(b.value, -1))
  and not exists (
    select 1 from settlement s join mark_cell m on m.candidate_id = s.candidate_id
      and m.state = s.state and coalesce(m.value, -1) = coalesce(s.value, -1)
    where s.candidate_id = new.candidate_id and s.settled = 1 and s.state = new.state
      and coalesce(s.value, -1) = coalesce(new.value, -1)
      and s.id = (select max(id) from settlement where candidate_id = new.candidate_id
        and settled = 1))
begin select raise(abort, 'rule:sitting-is-open'); end;

drop trigger if exists exam_result_later;
create trigger exam_result_later before insert on exam_result when new.version > 1 and not exists (
  select 1 from correction k join correction_line l on l.correction_id = k.id
  where k.id = new.correction_id and k.sitting_id = new.sitting_id and k.decision = 'approved'
    and k.decided_by <> k.requested_by and l.candidate_id = new.candidate_id
    and l.state = new.state and coalesce(l.value, -1) = coalesce(new.value, -1)
    and l.from_version = new.version - 1)
begin select raise(abort, 'rule:correction-not-approved'); end;

drop trigger if exists exam_result_next;
create trigger exam_result_next before insert on exam_result when new.version <> 1 + coalesce((
  select max(version) from exam_result where candidate_id = new.candidate_id), 0)
begin select raise(abort, 'rule:correction-not-approved'); end;

drop trigger if exists exam_result_pass;
create trigger exam_result_pass before insert on exam_result when new.passed <> (
  select case when new.state = 'mark' and new.value >= s.pass_mark then 1 else 0 end
  from sitting s where s.id = new.sitting_id)
begin select raise(abort, 'rule:result-without-mark'); end;

drop trigger if exists correction_line_undecided;
create trigger correction_line_undecided before insert on correction_line when not exists (
  select 1 from correction k join candidate c on c.id = new.candidate_id
  join sitting s on s.id = k.sitting_id
  where k.id = new.correction_id and k.decision is null and c.sitting_id = k.sitting_id
    and s.state = 'published')
begin select raise(abort, 'rule:correction-is-kept'); end;

drop trigger if exists correction_undecided;
create trigger correction_undecided before insert on correction when new.decision is not null
begin select raise(abort, 'rule:correction-is-kept'); end;

drop trigger if exists qualification_pass;
create trigger qualification_pass before insert on qualification when new.source = 'exam' and (new.withdrawn_at is not null or not exists (
  select 1 from exam_result r join candidate c on c.id = r.candidate_id
  join sitting s on s.id = r.sitting_id
  where r.candidate_id = new.candidate_id and c.person_id = new.person_id
    and s.id = new.sitting_id and s.state = 'published' and s.subject = new.subject
    and s.field = new.field and r.passed = 1
    and r.version = (select max(version) from exam_result x
      where x.candidate_id = new.candidate_id)))
begin select raise(abort, 'rule:qualification-without-pass'); end;

drop trigger if exists sitting_insert_new;
create trigger sitting_insert_new before insert on sitting when new.state not in ('planned', 'enrolling')
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists sitting_update_ended;
create trigger sitting_update_ended before update on sitting when old.state in ('published', 'cancelled')
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists sitting_update_same;
create trigger sitting_update_same before update on sitting when new.id <> old.id or new.round_id <> old.round_id
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists sitting_update_held;
create trigger sitting_update_held before update on sitting when old.state = 'held' and (new.full_mark <> old.full_mark
  or new.pass_mark <> old.pass_mark or new.entries <> old.entries
  or new.subject <> old.subject or new.field <> old.field)
  and exists (select 1 from mark_history where sitting_id = old.id)
begin select raise(abort, 'rule:sitting-has-marks'); end;

drop trigger if exists sitting_publish_typist;
create trigger sitting_publish_typist before update on sitting when new.state = 'published' and exists (
  select 1 from entry_account where sitting_id = new.id and account_id = new.published_by)
begin select raise(abort, 'rule:publisher-typed'); end;

drop trigger if exists sitting_publish_open;
create trigger sitting_publish_open before update on sitting when new.state = 'published' and (old.state <> 'held' or not exists (
    select 1 from candidate where sitting_id = new.id and state = 'enrolled')
  or exists (select 1 from candidate c where c.sitting_id = new.id and c.state = 'enrolled'
    and not exists (select 1 from exam_result r where r.candidate_id = c.id))
  or (select count(distinct entry) from entry_account where sitting_id = new.id) < new.entries)
begin select raise(abort, 'rule:sitting-is-open'); end;

drop trigger if exists sitting_publish_checked;
create trigger sitting_publish_checked before update on sitting when new.state = 'published' and new.external_body <> '' and (new.checked_by is null
  or exists (select 1 from entry_account where sitting_id = new.id
    and account_id = new.checked_by))
begin select raise(abort, 'rule:external-not-checked'); end;

drop trigger if exists exam_ticket_published;
create trigger exam_ticket_published before update on exam_ticket when exists (
  select 1 from candidate c join sitting s on s.id = c.sitting_id
  where c.ticket_id = old.id and s.state = 'published')
begin select raise(abort, 'rule:ticket-is-kept'); end;

drop trigger if exists exam_round_same;
create trigger exam_round_same before update on exam_round when new.id <> old.id
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_round_published;
create trigger exam_round_published before update on exam_round when exists (
  select 1 from sitting where round_id = old.id and state = 'published')
  and (new.held_on <> old.held_on or new.id <> old.id)
begin select raise(abort, 'rule:sitting-is-published'); end;

drop trigger if exists candidate_update_same;
create trigger candidate_update_same before update on candidate when new.id is not old.id
  or new.sitting_id is not old.sitting_id
  or new.person_id is not old.person_id
  or new.name is not old.name
  or new.organisation_id is not old.organisation_id
  or new.organisation_name is not old.organisation_name
  or new.establishment is not old.establishment
  or new.holder is not old.holder
  or new.came_by is not old.came_by
  or new.passed_over is not old.passed_over
  or new.enrolled_at is not old.enrolled_at
  or (old.ticket_id is not null and new.ticket_id is not old.ticket_id)
begin select raise(abort, 'rule:candidate-is-a-copy'); end;

drop trigger if exists exam_ticket_update_same;
create trigger exam_ticket_update_same before update on exam_ticket when new.id is not old.id
  or new.round_id is not old.round_id
  or new.person_id is not old.person_id
  or new.number is not old.number
  or new.made_at is not old.made_at
begin select raise(abort, 'rule:ticket-is-kept'); end;

drop trigger if exists sitting_entry_update_same;
create trigger sitting_entry_update_same before update on sitting_entry when new.id is not old.id
  or new.sitting_id is not old.sitting_id
  or new.entry is not old.entry
  or new.started_at is not old.started_at
  or (old.how <> 'typed' and new.how <> old.how)
begin select raise(abort, 'rule:entry-is-kept'); end;

drop trigger if exists room_total_update_same;
create trigger room_total_update_same before update on room_total when new.id is not old.id
  or new.sitting_id is not old.sitting_id
  or new.room_id is not old.room_id
  or new.entry is not old.entry
  or (new.version is not old.version + 1)
begin select raise(abort, 'rule:entry-is-kept'); end;

drop trigger if exists qualification_update_same;
create trigger qualification_update_same before update on qualification when new.id is not old.id
  or new.person_id is not old.person_id
  or new.subject is not old.subject
  or new.field is not old.field
  or new.source is not old.source
  or new.sitting_id is not old.sitting_id
  or new.candidate_id is not old.candidate_id
  or new.proof is not old.proof
  or new.passed_on is not old.passed_on
  or new.counts_from is not old.counts_from
  or new.until_on is not old.until_on
  or new.recorded_by is not old.recorded_by
  or new.recorded_at is not old.recorded_at
  or (old.withdrawn_at is not null)
begin select raise(abort, 'rule:qualification-is-kept'); end;

drop trigger if exists correction_update_same;
create trigger correction_update_same before update on correction when new.id is not old.id
  or new.sitting_id is not old.sitting_id
  or new.reason is not old.reason
  or new.document is not old.document
  or new.review_id is not old.review_id
  or new.requested_by is not old.requested_by
  or new.requested_at is not old.requested_at
  or (old.decision is not null)
begin select raise(abort, 'rule:correction-is-kept'); end;

drop trigger if exists typist_update_same;
create trigger typist_update_same before update on typist when new.account_id is not old.account_id
  or new.sitting_id is not old.sitting_id
  or new.opened_by is not old.opened_by
  or new.opened_at is not old.opened_at
  or (old.ended_at is not null)
begin select raise(abort, 'rule:typist-is-bound'); end;

drop trigger if exists exam_room_update_same;
create trigger exam_room_update_same before update on exam_room when new.id is not old.id
  or new.round_id is not old.round_id
begin select raise(abort, 'rule:exam-room-is-kept'); end;

drop trigger if exists review_request_update_same;
create trigger review_request_update_same before update on review_request when new.id is not old.id
  or new.sitting_id is not old.sitting_id
  or new.candidate_id is not old.candidate_id
  or new.reason is not old.reason
  or new.asked_on is not old.asked_on
  or new.recorded_at is not old.recorded_at
  or (old.answered_at is not null)
begin select raise(abort, 'rule:review-is-kept'); end;

drop trigger if exists mark_history_update;
create trigger mark_history_update before update on mark_history when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists wrong_form_update;
create trigger wrong_form_update before update on wrong_form when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists settlement_update;
create trigger settlement_update before update on settlement when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists entry_account_update;
create trigger entry_account_update before update on entry_account when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_result_update;
create trigger exam_result_update before update on exam_result when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists correction_line_update;
create trigger correction_line_update before update on correction_line when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_scan_update;
create trigger sitting_scan_update before update on sitting_scan when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_round_insert_again;
create trigger exam_round_insert_again before insert on exam_round when exists (
  select 1 from exam_round where id = new.id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_round_delete;
create trigger exam_round_delete before delete on exam_round when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_insert_again;
create trigger sitting_insert_again before insert on sitting when exists (
  select 1 from sitting where id = new.id
    or (round_id = new.round_id and subject = new.subject and field = new.field and state <> 'cancelled' and new.state <> 'cancelled'))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_update_again;
create trigger sitting_update_again before update on sitting when exists (
  select 1 from sitting where id <> old.id and ((round_id = new.round_id and subject = new.subject and field = new.field and state <> 'cancelled' and new.state <> 'cancelled')))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_delete;
create trigger sitting_delete before delete on sitting when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_scan_insert_again;
create trigger sitting_scan_insert_again before insert on sitting_scan when exists (
  select 1 from sitting_scan where id = new.id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_scan_delete;
create trigger sitting_scan_delete before delete on sitting_scan when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_room_insert_again;
create trigger exam_room_insert_again before insert on exam_room when exists (
  select 1 from exam_room where id = new.id
    or (round_id = new.round_id and code = new.code))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_room_update_again;
create trigger exam_room_update_again before update on exam_room when exists (
  select 1 from exam_room where id <> old.id and ((round_id = new.round_id and code = new.code)))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_room_delete;
create trigger exam_room_delete before delete on exam_room when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_ticket_insert_again;
create trigger exam_ticket_insert_again before insert on exam_ticket when exists (
  select 1 from exam_ticket where id = new.id
    or number = new.number
    or (round_id = new.round_id and person_id = new.person_id)
    or (room_id = new.room_id and seat = new.seat))
begin select raise(abort, 'rule:ticket-is-kept'); end;

drop trigger if exists exam_ticket_update_again;
create trigger exam_ticket_update_again before update on exam_ticket when exists (
  select 1 from exam_ticket where id <> old.id and (number = new.number
    or (round_id = new.round_id and person_id = new.person_id)
    or (room_id = new.room_id and seat = new.seat)))
begin select raise(abort, 'rule:ticket-is-kept'); end;

drop trigger if exists exam_ticket_delete;
create trigger exam_ticket_delete before delete on exam_ticket when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists candidate_insert_again;
create trigger candidate_insert_again before insert on candidate when exists (
  select 1 from candidate where id = new.id
    or (sitting_id = new.sitting_id and person_id = new.person_id)
    or (sitting_id = new.sitting_id and ticket_id = new.ticket_id))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists candidate_delete;
create trigger candidate_delete before delete on candidate when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sitting_entry_insert_again;
create trigger sitting_entry_insert_again before insert on sitting_entry when exists (
  select 1 from sitting_entry where id = new.id
    or (sitting_id = new.sitting_id and entry = new.entry)
    or (sitting_id = new.sitting_id and how <> 'typed' and new.how <> 'typed'))
begin select raise(abort, 'rule:one-entry-unread'); end;

drop trigger if exists sitting_entry_update_again;
create trigger sitting_entry_update_again before update on sitting_entry when exists (
  select 1 from sitting_entry where id <> old.id and ((sitting_id = new.sitting_id and entry = new.entry)
    or (sitting_id = new.sitting_id and how <> 'typed' and new.how <> 'typed')))
begin select raise(abort, 'rule:one-entry-unread'); end;

drop trigger if exists sitting_entry_delete;
create trigger sitting_entry_delete before delete on sitting_entry when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists entry_account_insert_again;
create trigger entry_account_insert_again before insert on entry_account when exists (
  select 1 from entry_account where id = new.id
    or (sitting_id = new.sitting_id and account_id = new.account_id))
begin select raise(abort, 'rule:same-person-both-entries'); end;

drop trigger if exists entry_account_delete;
create trigger entry_account_delete before delete on entry_account when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists mark_cell_insert_again;
create trigger mark_cell_insert_again before insert on mark_cell when exists (
  select 1 from mark_cell where id = new.id
    or (candidate_id = new.candidate_id and entry = new.entry))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists mark_cell_delete;
create trigger mark_cell_delete before delete on mark_cell when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists mark_history_insert_again;
create trigger mark_history_insert_again before insert on mark_history when exists (
  select 1 from mark_history where id = new.id
    or client_id = new.client_id)
begin select raise(abort, 'rule:client-id-used'); end;

drop trigger if exists mark_history_delete;
create trigger mark_history_delete before delete on mark_history when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists room_total_insert_again;
create trigger room_total_insert_again before insert on room_total when exists (
  select 1 from room_total where id = new.id
    or (sitting_id = new.sitting_id and room_id = new.room_id and entry = new.entry))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists room_total_delete;
create trigger room_total_delete before delete on room_total when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists wrong_form_insert_again;
create trigger wrong_form_insert_again before insert on wrong_form when exists (
  select 1 from wrong_form where id = new.id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists wrong_form_delete;
create trigger wrong_form_delete before delete on wrong_form when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists settlement_insert_again;
create trigger settlement_insert_again before insert on settlement when exists (
  select 1 from settlement where id = new.id
    or client_id = new.client_id)
begin select raise(abort, 'rule:client-id-used'); end;

drop trigger if exists settlement_delete;
create trigger settlement_delete before delete on settlement when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists review_request_insert_again;
create trigger review_request_insert_again before insert on review_request when exists (
  select 1 from review_request where id = new.id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists review_request_delete;
create trigger review_request_delete before delete on review_request when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists correction_insert_again;
create trigger correction_insert_again before insert on correction when exists (
  select 1 from correction where id = new.id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists correction_delete;
create trigger correction_delete before delete on correction when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists correction_line_insert_again;
create trigger correction_line_insert_again before insert on correction_line when exists (
  select 1 from correction_line where id = new.id
    or (correction_id = new.correction_id and candidate_id = new.candidate_id))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists correction_line_delete;
create trigger correction_line_delete before delete on correction_line when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_result_insert_again;
create trigger exam_result_insert_again before insert on exam_result when exists (
  select 1 from exam_result where id = new.id
    or (candidate_id = new.candidate_id and version = new.version)
    or (correction_id = new.correction_id and candidate_id = new.candidate_id))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists exam_result_delete;
create trigger exam_result_delete before delete on exam_result when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists qualification_insert_again;
create trigger qualification_insert_again before insert on qualification when exists (
  select 1 from qualification where id = new.id
    or (candidate_id = new.candidate_id and withdrawn_at is null and new.withdrawn_at is null))
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists qualification_delete;
create trigger qualification_delete before delete on qualification when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists typist_insert_again;
create trigger typist_insert_again before insert on typist when exists (
  select 1 from typist where account_id = new.account_id)
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists typist_delete;
create trigger typist_delete before delete on typist when true
begin select raise(abort, 'rule:rows-are-kept'); end;
