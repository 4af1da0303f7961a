-- The exam room on PostgreSQL: what a published sitting refuses, whom the database keeps apart,
-- what is only ever added to. Keys and checks (0008) hold the rest. The state of a sitting is read
-- under a shared lock, so that no mark slips in beside its publication. `registry migrate` makes
-- all of it again after every run.

create or replace function registry_sitting_open() returns trigger language plpgsql as $$
declare
  found_state text;
begin
  select state into found_state from sitting where id = new.sitting_id for share;
  if found_state in ('published', 'cancelled') then
    raise exception 'rule:sitting-is-published'
      using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  if tg_op = 'UPDATE' and exists (
      select 1 from sitting where id = old.sitting_id and state in ('published', 'cancelled')) then
    raise exception 'rule:sitting-is-published'
      using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  return new;
end $$;

drop trigger if exists candidate_a_open on candidate;
create trigger candidate_a_open before insert or update on candidate for each row
execute function registry_sitting_open();

drop trigger if exists sitting_entry_a_open on sitting_entry;
create trigger sitting_entry_a_open before insert or update on sitting_entry for each row
execute function registry_sitting_open();

drop trigger if exists entry_account_a_open on entry_account;
create trigger entry_account_a_open before insert or update on entry_account for each row
execute function registry_sitting_open();

drop trigger if exists mark_cell_a_open on mark_cell;
create trigger mark_cell_a_open before insert or update on mark_cell for each row
execute function registry_sitting_open();

drop trigger if exists mark_history_a_open on mark_history;
create trigger mark_history_a_open before insert or update on mark_history for each row
execute function registry_sitting_open();

drop trigger if exists room_total_a_open on room_total;
create trigger room_total_a_open before insert or update on room_total for each row
execute function registry_sitting_open();

drop trigger if exists wrong_form_a_open on wrong_form;
create trigger wrong_form_a_open before insert on wrong_form for each row
execute function registry_sitting_open();

drop trigger if exists settlement_a_open on settlement;
create trigger settlement_a_open before insert or update on settlement for each row
execute function registry_sitting_open();

create or replace function registry_candidate_insert() returns trigger language plpgsql as $$
begin
  if not exists (
  select 1 from engagement e
  join establishment s on s.code = e.establishment
  join person p on p.id = e.person_id
  where e.person_id = new.person_id and e.ended_on is null
    and s.category = 'officer' and e.category = 'officer' and p.barred = 0) then
    raise exception 'rule:candidate-not-officer' using errcode = '23514', constraint = 'candidate-not-officer';
  end if;
  return new;
end $$;

drop trigger if exists candidate_insert_rule on candidate;
create trigger candidate_insert_rule before insert on candidate for each row
execute function registry_candidate_insert();

create or replace function registry_candidate_insert_update() returns trigger language plpgsql as $$
begin
  if new.ticket_id is not null and not exists (
  select 1 from exam_ticket t join sitting s on s.round_id = t.round_id
  where t.id = new.ticket_id and t.person_id = new.person_id and s.id = new.sitting_id) then
    raise exception 'rule:ticket-of-another' using errcode = '23514', constraint = 'ticket-of-another';
  end if;
  return new;
end $$;

drop trigger if exists candidate_insert_update_rule on candidate;
create trigger candidate_insert_update_rule before insert or update on candidate for each row
execute function registry_candidate_insert_update();

create or replace function registry_entry_account_insert() returns trigger language plpgsql as $$
begin
  if exists (
  select 1 from account a where a.id = new.account_id and a.role = 'typist')
  and not exists (select 1 from typist t where t.account_id = new.account_id
    and t.sitting_id = new.sitting_id and t.ended_at is null) then
    raise exception 'rule:typist-is-bound' using errcode = '23514', constraint = 'typist-is-bound';
  end if;
  return new;
end $$;

drop trigger if exists entry_account_insert_rule on entry_account;
create trigger entry_account_insert_rule before insert on entry_account for each row
execute function registry_entry_account_insert();

create or replace function registry_mark_cell_insert_update() returns trigger language plpgsql as $$
begin
  if not exists (
  select 1 from entry_account where sitting_id = new.sitting_id and entry = new.entry
    and account_id = new.account_id) then
    raise exception 'rule:entry-of-another' using errcode = '23514', constraint = 'entry-of-another';
  end if;
  if not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id) then
    raise exception 'rule:mark-of-another-sitting' using errcode = '23514', constraint = 'mark-of-another-sitting';
  end if;
  if exists (
  select 1 from sitting_entry where sitting_id = new.sitting_id and entry = new.entry
    and finished_at is not null) then
    raise exception 'rule:entry-is-finished' using errcode = '23514', constraint = 'entry-is-finished';
  end if;
  if not exists (
  select 1 from sitting where id = new.sitting_id and state = 'held') then
    raise exception 'rule:sitting-not-held' using errcode = '23514', constraint = 'sitting-not-held';
  end if;
  if new.value > (
  select full_mark from sitting where id = new.sitting_id) then
    raise exception 'rule:mark-over-full' using errcode = '23514', constraint = 'mark-over-full';
  end if;
  return new;
end $$;

drop trigger if exists mark_cell_insert_update_rule on mark_cell;
create trigger mark_cell_insert_update_rule before insert or update on mark_cell for each row
execute function registry_mark_cell_insert_update();

create or replace function registry_mark_cell_update() returns trigger language plpgsql as $$
begin
  if new.id <> old.id or new.sitting_id <> old.sitting_id
  or new.candidate_id <> old.candidate_id or new.entry <> old.entry
  or new.version <> old.version + 1 then
    raise exception 'rule:mark-version' using errcode = '23514', constraint = 'mark-version';
  end if;
  return new;
end $$;

drop trigger if exists mark_cell_update_rule on mark_cell;
create trigger mark_cell_update_rule before update on mark_cell for each row
execute function registry_mark_cell_update();

create or replace function registry_mark_history_insert() returns trigger language plpgsql as $$
begin
  if not exists (
  select 1 from entry_account where sitting_id = new.sitting_id and entry = new.entry
    and account_id = new.account_id) then
    raise exception 'rule:entry-of-another' using errcode = '23514', constraint = 'entry-of-another';
  end if;
  if not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id) then
    raise exception 'rule:mark-of-another-sitting' using errcode = '23514', constraint = 'mark-of-another-sitting';
  end if;
  return new;
end $$;

drop trigger if exists mark_history_insert_rule on mark_history;
create trigger mark_history_insert_rule before insert on mark_history for each row
execute function registry_mark_history_insert();

create or replace function registry_wrong_form_insert() returns trigger language plpgsql as $$
begin
  if exists (
  select 1 from entry_account where sitting_id = new.sitting_id
    and account_id = new.account_id) then
    raise exception 'rule:form-by-typist' using errcode = '23514', constraint = 'form-by-typist';
  end if;
  if not exists (
  select 1 from room_total where sitting_id = new.sitting_id and room_id = new.room_id
    and entry = new.entry and source = 'typed' and scripts = new.scripts
    and total = new.total) then
    raise exception 'rule:form-not-typed' using errcode = '23514', constraint = 'form-not-typed';
  end if;
  return new;
end $$;

drop trigger if exists wrong_form_insert_rule on wrong_form;
create trigger wrong_form_insert_rule before insert on wrong_form for each row
execute function registry_wrong_form_insert();

create or replace function registry_settlement_insert() returns trigger language plpgsql as $$
begin
  if not exists (
  select 1 from candidate where id = new.candidate_id and sitting_id = new.sitting_id) then
    raise exception 'rule:mark-of-another-sitting' using errcode = '23514', constraint = 'mark-of-another-sitting';
  end if;
  if new.settled <> 0 and not exists (
  select 1 from mark_cell where candidate_id = new.candidate_id
    and state = new.state and coalesce(value, -1) = coalesce(new.value, -1)) then
    raise exception 'rule:settlement-equals-neither' using errcode = '23514', constraint = 'settlement-equals-neither';
  end if;
  return new;
end $$;

drop trigger if exists settlement_insert_rule on settlement;
create trigger settlement_insert_rule before insert on settlement for each row
execute function registry_settlement_insert();

create or replace function registry_exam_result_insert() returns trigger language plpgsql as $$
begin
  if new.version = 1 and (not exists (
  select 1 from sitting where id = new.sitting_id and state = 'held') or not exists (
  select 1 from candidate c where c.id = new.candidate_id and c.sitting_id = new.sitting_id
    and c.state = 'enrolled')) then
    raise exception 'rule:sitting-is-published' using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  if new.version = 1 and not exists (
  select 1 from mark_cell m where m.candidate_id = new.candidate_id
    and m.state = new.state and coalesce(m.value, -1) = coalesce(new.value, -1)) then
    raise exception 'rule:result-without-mark' using errcode = '23514', constraint = 'result-without-mark';
  end if;
  if new.version = 1
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
        and settled = 1)) then
    raise exception 'rule:sitting-is-open' using errcode = '23514', constraint = 'sitting-is-open';
  end if;
  if new.version > 1 and not exists (
  select 1 from correction k join correction_line l on l.correction_id = k.id
  where k.id = new.correction_id and k.sitting_id = new.sitting_id and k.decision = 'approved'
    and k.decided_by <> k.requested_by and l.candidate_id = new.candidate_id
    and l.state = new.state and coalesce(l.value, -1) = coalesce(new.value, -1)
    and l.from_version = new.version - 1) then
    raise exception 'rule:correction-not-approved' using errcode = '23514', constraint = 'correction-not-approved';
  end if;
  if new.version <> 1 + coalesce((
  select max(version) from exam_result where candidate_id = new.candidate_id), 0) then
    raise exception 'rule:correction-not-approved' using errcode = '23514', constraint = 'correction-not-approved';
  end if;
  if new.passed <> (
  select case when new.state = 'mark' and new.value >= s.pass_mark then 1 else 0 end
  from sitting s where s.id = new.sitting_id) then
    raise exception 'rule:result-without-mark' using errcode = '23514', constraint = 'result-without-mark';
  end if;
  return new;
end $$;

drop trigger if exists exam_result_insert_rule on exam_result;
create trigger exam_result_insert_rule before insert on exam_result for each row
execute function registry_exam_result_insert();

create or replace function registry_correction_line_insert() returns trigger language plpgsql as $$
begin
  if not exists (
  select 1 from correction k join candidate c on c.id = new.candidate_id
  join sitting s on s.id = k.sitting_id
  where k.id = new.correction_id and k.decision is null and c.sitting_id = k.sitting_id
    and s.state = 'published') then
    raise exception 'rule:correction-is-kept' using errcode = '23514', constraint = 'correction-is-kept';
  end if;
  return new;
end $$;

drop trigger if exists correction_line_insert_rule on correction_line;
create trigger correction_line_insert_rule before insert on correction_line for each row
execute function registry_correction_line_insert();

create or replace function registry_correction_insert() returns trigger language plpgsql as $$
begin
  if new.decision is not null then
    raise exception 'rule:correction-is-kept' using errcode = '23514', constraint = 'correction-is-kept';
  end if;
  return new;
end $$;

drop trigger if exists correction_insert_rule on correction;
create trigger correction_insert_rule before insert on correction for each row
execute function registry_correction_insert();

create or replace function registry_qualification_insert() returns trigger language plpgsql as $$
begin
  if new.source = 'exam' and (new.withdrawn_at is not null or not exists (
  select 1 from exam_result r join candidate c on c.id = r.candidate_id
  join sitting s on s.id = r.sitting_id
  where r.candidate_id = new.candidate_id and c.person_id = new.person_id
    and s.id = new.sitting_id and s.state = 'published' and s.subject = new.subject
    and s.field = new.field and r.passed = 1
    and r.version = (select max(version) from exam_result x
      where x.candidate_id = new.candidate_id))) then
    raise exception 'rule:qualification-without-pass' using errcode = '23514', constraint = 'qualification-without-pass';
  end if;
  return new;
end $$;

drop trigger if exists qualification_insert_rule on qualification;
create trigger qualification_insert_rule before insert on qualification for each row
execute function registry_qualification_insert();

create or replace function registry_sitting_insert() returns trigger language plpgsql as $$
begin
  if new.state not in ('planned', 'enrolling') then
    raise exception 'rule:sitting-is-published' using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  return new;
end $$;

drop trigger if exists sitting_insert_rule on sitting;
create trigger sitting_insert_rule before insert on sitting for each row
execute function registry_sitting_insert();

create or replace function registry_sitting_update() returns trigger language plpgsql as $$
begin
  if old.state in ('published', 'cancelled') then
    raise exception 'rule:sitting-is-published' using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  if new.id <> old.id or new.round_id <> old.round_id then
    raise exception 'rule:sitting-is-published' using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  if old.state = 'held' and (new.full_mark <> old.full_mark
  or new.pass_mark <> old.pass_mark or new.entries <> old.entries
  or new.subject <> old.subject or new.field <> old.field)
  and exists (select 1 from mark_history where sitting_id = old.id) then
    raise exception 'rule:sitting-has-marks' using errcode = '23514', constraint = 'sitting-has-marks';
  end if;
  if new.state = 'published' and exists (
  select 1 from entry_account where sitting_id = new.id and account_id = new.published_by) then
    raise exception 'rule:publisher-typed' using errcode = '23514', constraint = 'publisher-typed';
  end if;
  if new.state = 'published' and (old.state <> 'held' or not exists (
    select 1 from candidate where sitting_id = new.id and state = 'enrolled')
  or exists (select 1 from candidate c where c.sitting_id = new.id and c.state = 'enrolled'
    and not exists (select 1 from exam_result r where r.candidate_id = c.id))
  or (select count(distinct entry) from entry_account where sitting_id = new.id) < new.entries) then
    raise exception 'rule:sitting-is-open' using errcode = '23514', constraint = 'sitting-is-open';
  end if;
  if new.state = 'published' and new.external_body <> '' and (new.checked_by is null
  or exists (select 1 from entry_account where sitting_id = new.id
    and account_id = new.checked_by)) then
    raise exception 'rule:external-not-checked' using errcode = '23514', constraint = 'external-not-checked';
  end if;
  return new;
end $$;

drop trigger if exists sitting_update_rule on sitting;
create trigger sitting_update_rule before update on sitting for each row
execute function registry_sitting_update();

create or replace function registry_exam_ticket_update() returns trigger language plpgsql as $$
begin
  if exists (
  select 1 from candidate c join sitting s on s.id = c.sitting_id
  where c.ticket_id = old.id and s.state = 'published') then
    raise exception 'rule:ticket-is-kept' using errcode = '23514', constraint = 'ticket-is-kept';
  end if;
  return new;
end $$;

drop trigger if exists exam_ticket_update_rule on exam_ticket;
create trigger exam_ticket_update_rule before update on exam_ticket for each row
execute function registry_exam_ticket_update();

create or replace function registry_exam_round_update() returns trigger language plpgsql as $$
begin
  if new.id <> old.id then
    raise exception 'rule:rows-are-kept' using errcode = '23514', constraint = 'rows-are-kept';
  end if;
  if exists (
  select 1 from sitting where round_id = old.id and state = 'published')
  and (new.held_on <> old.held_on or new.id <> old.id) then
    raise exception 'rule:sitting-is-published' using errcode = '23514', constraint = 'sitting-is-published';
  end if;
  return new;
end $$;

drop trigger if exists exam_round_update_rule on exam_round;
create trigger exam_round_update_rule before update on exam_round for each row
execute function registry_exam_round_update();

drop trigger if exists candidate_update_same on candidate;
create trigger candidate_update_same before update on candidate for each row
when (new.id is distinct from old.id
  or new.sitting_id is distinct from old.sitting_id
  or new.person_id is distinct from old.person_id
  or new.name is distinct from old.name
  or new.organisation_id is distinct from old.organisation_id
  or new.organisation_name is distinct from old.organisation_name
  or new.establishment is distinct from old.establishment
  or new.holder is distinct from old.holder
  or new.came_by is distinct from old.came_by
  or new.passed_over is distinct from old.passed_over
  or new.enrolled_at is distinct from old.enrolled_at
  or (old.ticket_id is not null and new.ticket_id is distinct from old.ticket_id))
execute function registry_refuse('candidate-is-a-copy');

drop trigger if exists exam_ticket_update_same on exam_ticket;
create trigger exam_ticket_update_same before update on exam_ticket for each row
when (new.id is distinct from old.id
  or new.round_id is distinct from old.round_id
  or new.person_id is distinct from old.person_id
  or new.number is distinct from old.number
  or new.made_at is distinct from old.made_at)
execute function registry_refuse('ticket-is-kept');

drop trigger if exists sitting_entry_update_same on sitting_entry;
create trigger sitting_entry_update_same before update on sitting_entry for each row
when (new.id is distinct from old.id
  or new.sitting_id is distinct from old.sitting_id
  or new.entry is distinct from old.entry
  or new.started_at is distinct from old.started_at
  or (old.how <> 'typed' and new.how <> old.how))
execute function registry_refuse('entry-is-kept');

drop trigger if exists room_total_update_same on room_total;
create trigger room_total_update_same before update on room_total for each row
when (new.id is distinct from old.id
  or new.sitting_id is distinct from old.sitting_id
  or new.room_id is distinct from old.room_id
  or new.entry is distinct from old.entry
  or (new.version is distinct from old.version + 1))
execute function registry_refuse('entry-is-kept');

drop trigger if exists qualification_update_same on qualification;
create trigger qualification_update_same before update on qualification for each row
when (new.id is distinct from old.id
  or new.person_id is distinct from old.person_id
  or new.subject is distinct from old.subject
  or new.field is distinct from old.field
  or new.source is distinct from old.source
  or new.sitting_id is distinct from old.sitting_id
  or new.candidate_id is distinct from old.candidate_id
  or new.proof is distinct from old.proof
  or new.passed_on is distinct from old.passed_on
  or new.counts_from is distinct from old.counts_from
  or new.until_on is distinct from old.until_on
  or new.recorded_by is distinct from old.recorded_by
  or new.recorded_at is distinct from old.recorded_at
  or (old.withdrawn_at is not null))
execute function registry_refuse('qualification-is-kept');

drop trigger if exists correction_update_same on correction;
create trigger correction_update_same before update on correction for each row
when (new.id is distinct from old.id
  or new.sitting_id is distinct from old.sitting_id
  or new.reason is distinct from old.reason
  or new.document is distinct from old.document
  or new.review_id is distinct from old.review_id
  or new.requested_by is distinct from old.requested_by
  or new.requested_at is distinct from old.requested_at
  or (old.decision is not null))
execute function registry_refuse('correction-is-kept');

drop trigger if exists typist_update_same on typist;
create trigger typist_update_same before update on typist for each row
when (new.account_id is distinct from old.account_id
  or new.sitting_id is distinct from old.sitting_id
  or new.opened_by is distinct from old.opened_by
  or new.opened_at is distinct from old.opened_at
  or (old.ended_at is not null))
execute function registry_refuse('typist-is-bound');

drop trigger if exists exam_room_update_same on exam_room;
create trigger exam_room_update_same before update on exam_room for each row
when (new.id is distinct from old.id
  or new.round_id is distinct from old.round_id)
execute function registry_refuse('exam-room-is-kept');

drop trigger if exists review_request_update_same on review_request;
create trigger review_request_update_same before update on review_request for each row
when (new.id is distinct from old.id
  or new.sitting_id is distinct from old.sitting_id
  or new.candidate_id is distinct from old.candidate_id
  or new.reason is distinct from old.reason
  or new.asked_on is distinct from old.asked_on
  or new.recorded_at is distinct from old.recorded_at
  or (old.answered_at is not null))
execute function registry_refuse('review-is-kept');

drop trigger if exists mark_history_update on mark_history;
create trigger mark_history_update before update on mark_history for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists wrong_form_update on wrong_form;
create trigger wrong_form_update before update on wrong_form for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists settlement_update on settlement;
create trigger settlement_update before update on settlement for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists entry_account_update on entry_account;
create trigger entry_account_update before update on entry_account for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_result_update on exam_result;
create trigger exam_result_update before update on exam_result for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists correction_line_update on correction_line;
create trigger correction_line_update before update on correction_line for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_scan_update on sitting_scan;
create trigger sitting_scan_update before update on sitting_scan for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_round_delete on exam_round;
create trigger exam_round_delete before delete on exam_round for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_round_truncate on exam_round;
create trigger exam_round_truncate before truncate on exam_round for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_delete on sitting;
create trigger sitting_delete before delete on sitting for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_truncate on sitting;
create trigger sitting_truncate before truncate on sitting for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_scan_delete on sitting_scan;
create trigger sitting_scan_delete before delete on sitting_scan for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_scan_truncate on sitting_scan;
create trigger sitting_scan_truncate before truncate on sitting_scan for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_room_delete on exam_room;
create trigger exam_room_delete before delete on exam_room for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_room_truncate on exam_room;
create trigger exam_room_truncate before truncate on exam_room for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_ticket_delete on exam_ticket;
create trigger exam_ticket_delete before delete on exam_ticket for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_ticket_truncate on exam_ticket;
create trigger exam_ticket_truncate before truncate on exam_ticket for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists candidate_delete on candidate;
create trigger candidate_delete before delete on candidate for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists candidate_truncate on candidate;
create trigger candidate_truncate before truncate on candidate for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_entry_delete on sitting_entry;
create trigger sitting_entry_delete before delete on sitting_entry for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists sitting_entry_truncate on sitting_entry;
create trigger sitting_entry_truncate before truncate on sitting_entry for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists entry_account_delete on entry_account;
create trigger entry_account_delete before delete on entry_account for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists entry_account_truncate on entry_account;
create trigger entry_account_truncate before truncate on entry_account for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists mark_cell_delete on mark_cell;
create trigger mark_cell_delete before delete on mark_cell for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists mark_cell_truncate on mark_cell;
create trigger mark_cell_truncate before truncate on mark_cell for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists mark_history_delete on mark_history;
create trigger mark_history_delete before delete on mark_history for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists mark_history_truncate on mark_history;
create trigger mark_history_truncate before truncate on mark_history for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists room_total_delete on room_total;
create trigger room_total_delete before delete on room_total for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists room_total_truncate on room_total;
create trigger room_total_truncate before truncate on room_total for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists wrong_form_delete on wrong_form;
create trigger wrong_form_delete before delete on wrong_form for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists wrong_form_truncate on wrong_form;
create trigger wrong_form_truncate before truncate on wrong_form for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists settlement_delete on settlement;
create trigger settlement_delete before delete on settlement for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists settlement_truncate on settlement;
create trigger settlement_truncate before truncate on settlement for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists review_request_delete on review_request;
create trigger review_request_delete before delete on review_request for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists review_request_truncate on review_request;
create trigger review_request_truncate before truncate on review_request for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists correction_delete on correction;
create trigger correction_delete before delete on correction for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists correction_truncate on correction;
create trigger correction_truncate before truncate on correction for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists correction_line_delete on correction_line;
create trigger correction_line_delete before delete on correction_line for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists correction_line_truncate on correction_line;
create trigger correction_line_truncate before truncate on correction_line for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_result_delete on exam_result;
create trigger exam_result_delete before delete on exam_result for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists exam_result_truncate on exam_result;
create trigger exam_result_truncate before truncate on exam_result for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists qualification_delete on qualification;
create trigger qualification_delete before delete on qualification for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists qualification_truncate on qualification;
create trigger qualification_truncate before truncate on qualification for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists typist_delete on typist;
create trigger typist_delete before delete on typist for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists typist_truncate on typist;
create trigger typist_truncate before truncate on typist for each statement
execute function registry_refuse('rows-are-kept');
