-- The rule on PostgreSQL. Keys and checks (0001) hold it by declaration; what they can't say is
-- said here: final states, the copy, what is kept, TRUNCATE. `registry migrate` makes all of it
-- again after every run.

create or replace function registry_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'rule:%', tg_argv[0] using errcode = '23514', constraint = tg_argv[0];
end $$;

create or replace function registry_final_state() returns trigger language plpgsql as $$
declare
  act_seq bigint;
begin
  if old.state in ('active', 'suspended', 'lost') or new.state = old.state then
    return new;
  end if;
  select max(seq) into act_seq from event where subject = 'certificate' and subject_id = old.id
    and act in ('certificate-cancelled', 'certificate-revoked', 'certificate-replaced', 'certificate-expired');
  update rectification set used = 1 where certificate_id = old.id and used = 0
    and first_account_id <> second_account_id and to_state = new.state and event_seq = act_seq;
  if not found then
    raise exception 'rule:final-state' using errcode = '23514', constraint = 'final-state';
  end if;
  return new;
end $$;

drop trigger if exists certificate_update_final on certificate;
create trigger certificate_update_final before update on certificate for each row
execute function registry_final_state();

create or replace function registry_next_event() returns trigger language plpgsql as $$
begin
  if new.seq is distinct from (select coalesce(max(seq), 0) + 1 from event) then
    raise exception 'rule:book-is-append-only'
      using errcode = '23514', constraint = 'book-is-append-only';
  end if;
  return new;
end $$;

drop trigger if exists event_insert_next on event;
create trigger event_insert_next before insert on event for each row
execute function registry_next_event();

create or replace function registry_head_grows() returns trigger language plpgsql as $$
begin
  if new.id <> old.id or new.size <= old.size
      or new.size <> (select coalesce(max(seq), 0) from event) then
    raise exception 'rule:book-is-append-only'
      using errcode = '23514', constraint = 'book-is-append-only';
  end if;
  return new;
end $$;

drop trigger if exists book_head_update_grows on book_head;
create trigger book_head_update_grows before update on book_head for each row
execute function registry_head_grows();

create or replace function registry_rectification_act() returns trigger language plpgsql as $$
begin
  if new.used <> 0 or not exists (select 1 from event where seq = new.event_seq
      and subject = 'certificate' and subject_id = new.certificate_id
      and act in ('certificate-cancelled', 'certificate-revoked', 'certificate-replaced', 'certificate-expired')) then
    raise exception 'rule:rectification-names-no-act'
      using errcode = '23514', constraint = 'rectification-names-no-act';
  end if;
  return new;
end $$;

drop trigger if exists rectification_insert_act on rectification;
create trigger rectification_insert_act before insert on rectification for each row
execute function registry_rectification_act();

create or replace function registry_establishment_in_use() returns trigger language plpgsql as $$
begin
  if exists (select 1 from engagement where establishment = old.code) then
    raise exception 'rule:establishment-in-use'
      using errcode = '23514', constraint = 'establishment-in-use';
  end if;
  return new;
end $$;

drop trigger if exists establishment_update_used on establishment;
create trigger establishment_update_used before update on establishment for each row
when (new.code <> old.code or new.category <> old.category)
execute function registry_establishment_in_use();

drop trigger if exists certificate_update_copy on certificate;
create trigger certificate_update_copy before update on certificate for each row
when (new.id is distinct from old.id
    or new.number is distinct from old.number
    or new.kind is distinct from old.kind
    or new.person_id is distinct from old.person_id
    or new.engagement_id is distinct from old.engagement_id
    or new.name is distinct from old.name
    or new.organisation_id is distinct from old.organisation_id
    or new.organisation_name is distinct from old.organisation_name
    or new.post is distinct from old.post
    or new.fields is distinct from old.fields
    or new.area is distinct from old.area
    or new.categories is distinct from old.categories
    or new.in_whose_name is distinct from old.in_whose_name
    or new.issuing_authority is distinct from old.issuing_authority
    or new.complaint_telephone is distinct from old.complaint_telephone
    or new.issued_on is distinct from old.issued_on
    or new.valid_from is distinct from old.valid_from
    or new.valid_until is distinct from old.valid_until
    or new.code is distinct from old.code
    or new.list is distinct from old.list
    or new.list_index is distinct from old.list_index
    or new.replaces_id is distinct from old.replaces_id
    or new.batch_id is distinct from old.batch_id
    or new.created_at is distinct from old.created_at)
execute function registry_refuse('certificate-is-a-copy');

drop trigger if exists engagement_update_same on engagement;
create trigger engagement_update_same before update on engagement for each row
when (new.id <> old.id or new.person_id <> old.person_id)
execute function registry_refuse('engagement-keeps-its-person');

drop trigger if exists person_update_same on person;
create trigger person_update_same before update on person for each row
when (new.id <> old.id or new.number <> old.number)
execute function registry_refuse('person-keeps-its-number');

drop trigger if exists event_update on event;
create trigger event_update before update on event for each row
execute function registry_refuse('book-is-append-only');

drop trigger if exists event_value_update on event_value;
create trigger event_value_update before update on event_value for each row
execute function registry_refuse('book-is-append-only');

drop trigger if exists rectification_update on rectification;
create trigger rectification_update before update on rectification for each row
when (new.used <> 1 or old.used <> 0 or new.id <> old.id
  or new.certificate_id <> old.certificate_id or new.event_seq <> old.event_seq
  or new.to_state <> old.to_state or new.first_account_id <> old.first_account_id
  or new.second_account_id <> old.second_account_id or new.at <> old.at)
execute function registry_refuse('rectification-is-kept');

drop trigger if exists photograph_update_pixels on photograph;
create trigger photograph_update_pixels before update on photograph for each row
when (new.id <> old.id
  or new.person_id <> old.person_id or new.version <> old.version or new.jpeg <> old.jpeg
  or new.added_by is distinct from old.added_by)
execute function registry_refuse('photograph-is-kept');

drop trigger if exists photograph_insert_review on photograph;
create trigger photograph_insert_review before insert on photograph for each row
when (new.approved_by is not null and new.approved_at is null)
execute function registry_refuse('photograph-second-look');

drop trigger if exists photograph_update_review on photograph;
create trigger photograph_update_review before update on photograph for each row
when ((new.approved_by is not null and new.approved_at is null)
  or (old.approved_by is not null and new.approved_by is distinct from old.approved_by)
  or (old.sent_back_at is not null and (new.sent_back_at is distinct from old.sent_back_at
    or new.sent_back_by is distinct from old.sent_back_by or new.withdrawn_at is null)))
execute function registry_refuse('photograph-second-look');

drop trigger if exists person_delete on person;
create trigger person_delete before delete on person for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists person_truncate on person;
create trigger person_truncate before truncate on person for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists engagement_delete on engagement;
create trigger engagement_delete before delete on engagement for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists engagement_truncate on engagement;
create trigger engagement_truncate before truncate on engagement for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists certificate_delete on certificate;
create trigger certificate_delete before delete on certificate for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists certificate_truncate on certificate;
create trigger certificate_truncate before truncate on certificate for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists rectification_delete on rectification;
create trigger rectification_delete before delete on rectification for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists rectification_truncate on rectification;
create trigger rectification_truncate before truncate on rectification for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists event_delete on event;
create trigger event_delete before delete on event for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists event_truncate on event;
create trigger event_truncate before truncate on event for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists event_value_delete on event_value;
create trigger event_value_delete before delete on event_value for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists event_value_truncate on event_value;
create trigger event_value_truncate before truncate on event_value for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists book_head_delete on book_head;
create trigger book_head_delete before delete on book_head for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists book_head_truncate on book_head;
create trigger book_head_truncate before truncate on book_head for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists photograph_delete on photograph;
create trigger photograph_delete before delete on photograph for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists photograph_truncate on photograph;
create trigger photograph_truncate before truncate on photograph for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists sanction_delete on sanction;
create trigger sanction_delete before delete on sanction for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists sanction_truncate on sanction;
create trigger sanction_truncate before truncate on sanction for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists conviction_delete on conviction;
create trigger conviction_delete before delete on conviction for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists conviction_truncate on conviction;
create trigger conviction_truncate before truncate on conviction for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists appraisal_delete on appraisal;
create trigger appraisal_delete before delete on appraisal for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists appraisal_truncate on appraisal;
create trigger appraisal_truncate before truncate on appraisal for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists organisation_delete on organisation;
create trigger organisation_delete before delete on organisation for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists organisation_truncate on organisation;
create trigger organisation_truncate before truncate on organisation for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists account_delete on account;
create trigger account_delete before delete on account for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists account_truncate on account;
create trigger account_truncate before truncate on account for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists finding_delete on finding;
create trigger finding_delete before delete on finding for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists finding_truncate on finding;
create trigger finding_truncate before truncate on finding for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists proposal_delete on proposal;
create trigger proposal_delete before delete on proposal for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists proposal_truncate on proposal;
create trigger proposal_truncate before truncate on proposal for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists attempt_delete on attempt;
create trigger attempt_delete before delete on attempt for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists attempt_truncate on attempt;
create trigger attempt_truncate before truncate on attempt for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists registry_key_delete on registry_key;
create trigger registry_key_delete before delete on registry_key for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists registry_key_truncate on registry_key;
create trigger registry_key_truncate before truncate on registry_key for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists commission_letter_delete on commission_letter;
create trigger commission_letter_delete before delete on commission_letter for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists commission_letter_truncate on commission_letter;
create trigger commission_letter_truncate before truncate on commission_letter for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists batch_delete on batch;
create trigger batch_delete before delete on batch for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists batch_truncate on batch;
create trigger batch_truncate before truncate on batch for each statement
execute function registry_refuse('rows-are-kept');

-- Where cards are: a destroyed card stays destroyed, and a live certificate's is not destroyed.

drop trigger if exists custody_update_same on custody;
create trigger custody_update_same before update on custody for each row
when (new.certificate_id <> old.certificate_id
  or (old.state = 'destroyed' and new.state <> old.state))
execute function registry_refuse('custody-is-kept');

create or replace function registry_card_destroyed() returns trigger language plpgsql as $$
begin
  if new.state = 'destroyed' and not exists (
      select 1 from certificate c join custody_slip s on s.id = new.slip_id and s.act = 'destroy'
      where c.id = new.certificate_id and c.state not in ('active', 'suspended', 'lost')
        and s.witness_1 <> '' and s.witness_2 <> '' and s.witness_1 <> s.witness_2) then
    raise exception 'rule:card-destroyed-by-two'
      using errcode = '23514', constraint = 'card-destroyed-by-two';
  end if;
  return new;
end $$;

drop trigger if exists custody_insert_destroyed on custody;
create trigger custody_insert_destroyed before insert on custody for each row
execute function registry_card_destroyed();

drop trigger if exists custody_update_destroyed on custody;
create trigger custody_update_destroyed before update on custody for each row
when (old.state <> 'destroyed')
execute function registry_card_destroyed();

drop trigger if exists custody_slip_update on custody_slip;
create trigger custody_slip_update before update on custody_slip for each row
execute function registry_refuse('slip-is-kept');

drop trigger if exists custody_line_update on custody_line;
create trigger custody_line_update before update on custody_line for each row
execute function registry_refuse('slip-is-kept');

-- Two records of one person made one: what was merged holds nothing and is never employed again.

create or replace function registry_merge_two() returns trigger language plpgsql as $$
begin
  if exists (select 1 from person_merge where absorbed_id = new.survivor_id) then
    raise exception 'rule:merge-names-two'
      using errcode = '23514', constraint = 'merge-names-two';
  end if;
  return new;
end $$;

drop trigger if exists person_merge_insert_two on person_merge;
create trigger person_merge_insert_two before insert on person_merge for each row
execute function registry_merge_two();

create or replace function registry_merge_free() returns trigger language plpgsql as $$
begin
  -- Whoever would employ the absorbed person at this moment waits for us, or we for them.
  perform 1 from person where id in (new.absorbed_id, new.survivor_id) order by id for update;
  if exists (select 1 from engagement where person_id = new.absorbed_id and ended_on is null)
      or exists (select 1 from certificate where person_id = new.absorbed_id
        and state in ('active', 'suspended', 'lost')) then
    raise exception 'rule:end-before-merging'
      using errcode = '23514', constraint = 'end-before-merging';
  end if;
  return new;
end $$;

drop trigger if exists person_merge_insert_free on person_merge;
create trigger person_merge_insert_free before insert on person_merge for each row
execute function registry_merge_free();

drop trigger if exists person_merge_update on person_merge;
create trigger person_merge_update before update on person_merge for each row
execute function registry_refuse('merge-is-kept');

create or replace function registry_merged_away() returns trigger language plpgsql as $$
begin
  -- Waits for a merge that is being written, and sees it.
  perform 1 from person where id = new.person_id for key share;
  if exists (select 1 from person_merge where absorbed_id = new.person_id) then
    raise exception 'rule:merged-into-another'
      using errcode = '23514', constraint = 'merged-into-another';
  end if;
  return new;
end $$;

drop trigger if exists engagement_insert_merged on engagement;
create trigger engagement_insert_merged before insert on engagement for each row
when (new.ended_on is null)
execute function registry_merged_away();

drop trigger if exists engagement_update_merged on engagement;
create trigger engagement_update_merged before update on engagement for each row
when (new.ended_on is null)
execute function registry_merged_away();

drop trigger if exists custody_delete on custody;
create trigger custody_delete before delete on custody for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists custody_truncate on custody;
create trigger custody_truncate before truncate on custody for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists custody_slip_delete on custody_slip;
create trigger custody_slip_delete before delete on custody_slip for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists custody_slip_truncate on custody_slip;
create trigger custody_slip_truncate before truncate on custody_slip for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists custody_line_delete on custody_line;
create trigger custody_line_delete before delete on custody_line for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists custody_line_truncate on custody_line;
create trigger custody_line_truncate before truncate on custody_line for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists person_merge_delete on person_merge;
create trigger person_merge_delete before delete on person_merge for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists person_merge_truncate on person_merge;
create trigger person_merge_truncate before truncate on person_merge for each statement
execute function registry_refuse('rows-are-kept');

drop trigger if exists person_told_apart_delete on person_told_apart;
create trigger person_told_apart_delete before delete on person_told_apart for each row
execute function registry_refuse('rows-are-kept');

drop trigger if exists person_told_apart_truncate on person_told_apart;
create trigger person_told_apart_truncate before truncate on person_told_apart for each statement
execute function registry_refuse('rows-are-kept');

drop view if exists street_certificate;
create view street_certificate as
select c.number, c.kind, c.state, c.name, c.organisation_name, c.post, c.fields, c.area,
  c.categories, c.in_whose_name, c.issuing_authority, c.complaint_telephone, c.valid_from,
  c.valid_until, c.code, c.list, c.list_index
from certificate c where c.kind = 'national';

drop view if exists street_photograph;
create view street_photograph as
select c.number, p.version, p.jpeg
from certificate c join photograph p on p.person_id = c.person_id
where c.kind = 'national' and c.state in ('active', 'suspended')
  and p.approved_at is not null and p.withdrawn_at is null
  and p.version = (select max(q.version) from photograph q where q.person_id = c.person_id
    and q.approved_at is not null and q.withdrawn_at is null);

drop view if exists street_key;
create view street_key as
select id, purpose, public, created_at, retired_at from registry_key where public is not null;

drop view if exists street_migration;
create view street_migration as select name from schema_migration;
