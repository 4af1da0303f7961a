-- The rule on SQLite, repeated in triggers because a plain shell opens the file with
-- foreign_keys off. Each trigger looks at engagement and person themselves, never at the copied
-- flag, and guards against INSERT OR REPLACE and UPDATE OR REPLACE, which slip past DELETE
-- triggers. `registry migrate` drops and makes all of it again after every run.

drop trigger if exists certificate_insert_holder;
create trigger certificate_insert_holder before insert on certificate when new.state in ('active', 'suspended', 'lost') and not exists (
  select 1 from engagement e
  join establishment s on s.code = e.establishment
  join person p on p.id = e.person_id
  where e.id = new.engagement_id and e.person_id = new.person_id
    and s.category = 'officer' and e.category = 'officer'
    and e.ended_on is null and p.barred = 0)
begin select raise(abort, 'rule:holder-not-eligible-officer'); end;

drop trigger if exists certificate_insert_person;
create trigger certificate_insert_person before insert on certificate when not exists (
  select 1 from engagement where id = new.engagement_id and person_id = new.person_id)
begin select raise(abort, 'rule:certificate-of-another-person'); end;

drop trigger if exists certificate_insert_again;
create trigger certificate_insert_again before insert on certificate when exists (
  select 1 from certificate where id = new.id or number = new.number or code = new.code
    or (list = new.list and list_index = new.list_index))
begin select raise(abort, 'rule:certificate-is-kept'); end;

drop trigger if exists certificate_insert_second;
create trigger certificate_insert_second before insert on certificate when new.state in ('active', 'suspended', 'lost') and exists (
  select 1 from certificate where person_id = new.person_id and kind = new.kind
    and state in ('active', 'suspended', 'lost'))
begin select raise(abort, 'rule:one-live-certificate'); end;

drop trigger if exists certificate_update_holder;
create trigger certificate_update_holder before update on certificate when new.state in ('active', 'suspended', 'lost') and not exists (
  select 1 from engagement e
  join establishment s on s.code = e.establishment
  join person p on p.id = e.person_id
  where e.id = new.engagement_id and e.person_id = new.person_id
    and s.category = 'officer' and e.category = 'officer'
    and e.ended_on is null and p.barred = 0)
begin select raise(abort, 'rule:holder-not-eligible-officer'); end;

drop trigger if exists certificate_update_second;
create trigger certificate_update_second before update on certificate when new.state in ('active', 'suspended', 'lost') and exists (
  select 1 from certificate where person_id = new.person_id and kind = new.kind
    and state in ('active', 'suspended', 'lost') and id <> old.id)
begin select raise(abort, 'rule:one-live-certificate'); end;

drop trigger if exists certificate_update_copy;
create trigger certificate_update_copy before update on certificate when new.id is not old.id
    or new.number is not old.number
    or new.kind is not old.kind
    or new.person_id is not old.person_id
    or new.engagement_id is not old.engagement_id
    or new.name is not old.name
    or new.organisation_id is not old.organisation_id
    or new.organisation_name is not old.organisation_name
    or new.post is not old.post
    or new.fields is not old.fields
    or new.area is not old.area
    or new.categories is not old.categories
    or new.in_whose_name is not old.in_whose_name
    or new.issuing_authority is not old.issuing_authority
    or new.complaint_telephone is not old.complaint_telephone
    or new.issued_on is not old.issued_on
    or new.valid_from is not old.valid_from
    or new.valid_until is not old.valid_until
    or new.code is not old.code
    or new.list is not old.list
    or new.list_index is not old.list_index
    or new.replaces_id is not old.replaces_id
    or new.batch_id is not old.batch_id
    or new.created_at is not old.created_at
begin select raise(abort, 'rule:certificate-is-a-copy'); end;

drop trigger if exists certificate_update_final;
create trigger certificate_update_final before update on certificate when old.state not in ('active', 'suspended', 'lost') and new.state <> old.state
  and not exists (
    select 1 from rectification r where r.certificate_id = old.id and r.used = 0
      and r.first_account_id <> r.second_account_id and r.to_state = new.state
      and r.event_seq = (select max(seq) from event where subject = 'certificate'
        and subject_id = old.id and act in ('certificate-cancelled', 'certificate-revoked', 'certificate-replaced', 'certificate-expired')))
begin select raise(abort, 'rule:final-state'); end;

drop trigger if exists certificate_update_rectified;
create trigger certificate_update_rectified after update on certificate
when old.state not in ('active', 'suspended', 'lost') and new.state <> old.state
begin
  update rectification set used = 1 where certificate_id = old.id and used = 0
    and to_state = new.state and event_seq = (select max(seq) from event
      where subject = 'certificate' and subject_id = old.id and act in ('certificate-cancelled', 'certificate-revoked', 'certificate-replaced', 'certificate-expired'));
end;

drop trigger if exists engagement_insert_again;
create trigger engagement_insert_again before insert on engagement when exists (select 1 from engagement where id = new.id)
begin select raise(abort, 'rule:engagement-is-kept'); end;

drop trigger if exists engagement_insert_current;
create trigger engagement_insert_current before insert on engagement when new.ended_on is null and exists (
  select 1 from engagement where person_id = new.person_id and ended_on is null)
begin select raise(abort, 'rule:one-current-engagement'); end;

drop trigger if exists engagement_insert_facts;
create trigger engagement_insert_facts before insert on engagement when not exists (
  select 1 from establishment where code = new.establishment and category = new.category)
  or not exists (select 1 from person where id = new.person_id and barred = new.person_barred)
begin select raise(abort, 'rule:engagement-facts'); end;

drop trigger if exists engagement_update_facts;
create trigger engagement_update_facts before update on engagement when not exists (
  select 1 from establishment where code = new.establishment and category = new.category)
  or not exists (select 1 from person where id = new.person_id and barred = new.person_barred)
begin select raise(abort, 'rule:engagement-facts'); end;

drop trigger if exists engagement_update_same;
create trigger engagement_update_same before update on engagement when new.id <> old.id or new.person_id <> old.person_id
begin select raise(abort, 'rule:engagement-keeps-its-person'); end;

drop trigger if exists engagement_update_current;
create trigger engagement_update_current before update on engagement when new.ended_on is null and exists (
  select 1 from engagement where person_id = new.person_id and ended_on is null
    and id <> old.id)
begin select raise(abort, 'rule:one-current-engagement'); end;

drop trigger if exists engagement_update_holder;
create trigger engagement_update_holder before update on engagement when exists (
  select 1 from certificate where engagement_id = old.id and state in ('active', 'suspended', 'lost'))
  and (new.ended_on is not null or new.category <> 'officer' or new.person_barred <> 0
    or not exists (
      select 1 from establishment where code = new.establishment and category = 'officer'))
begin select raise(abort, 'rule:end-the-certificate-first'); end;

drop trigger if exists person_insert_again;
create trigger person_insert_again before insert on person when exists (
  select 1 from person where id = new.id or number = new.number
    or identity_index = new.identity_index)
begin select raise(abort, 'rule:person-is-kept'); end;

drop trigger if exists person_update_same;
create trigger person_update_same before update on person when new.id <> old.id or new.number <> old.number
begin select raise(abort, 'rule:person-keeps-its-number'); end;

drop trigger if exists person_update_identity;
create trigger person_update_identity before update on person when exists (
  select 1 from person where identity_index = new.identity_index and id <> old.id)
begin select raise(abort, 'rule:one-id-one-person'); end;

drop trigger if exists person_update_barred;
create trigger person_update_barred before update on person when new.barred <> 0 and exists (
  select 1 from certificate where person_id = old.id and state in ('active', 'suspended', 'lost'))
begin select raise(abort, 'rule:end-the-certificate-first'); end;

drop trigger if exists establishment_insert_again;
create trigger establishment_insert_again before insert on establishment when exists (select 1 from establishment where code = new.code)
begin select raise(abort, 'rule:establishment-is-kept'); end;

drop trigger if exists establishment_update_used;
create trigger establishment_update_used before update on establishment when (new.code <> old.code or new.category <> old.category)
  and exists (select 1 from engagement where establishment = old.code)
begin select raise(abort, 'rule:establishment-in-use'); end;

drop trigger if exists establishment_update_other;
create trigger establishment_update_other before update on establishment when new.code <> old.code
  and exists (select 1 from establishment where code = new.code)
begin select raise(abort, 'rule:establishment-in-use'); end;

drop trigger if exists establishment_delete_used;
create trigger establishment_delete_used before delete on establishment when exists (select 1 from engagement where establishment = old.code)
begin select raise(abort, 'rule:establishment-in-use'); end;

drop trigger if exists event_insert_next;
create trigger event_insert_next before insert on event when new.seq is not (select coalesce(max(seq), 0) + 1 from event)
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists event_update;
create trigger event_update before update on event when true
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists event_value_insert_again;
create trigger event_value_insert_again before insert on event_value when exists (
  select 1 from event_value where seq = new.seq and field = new.field)
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists event_value_update;
create trigger event_value_update before update on event_value when true
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists book_head_insert_again;
create trigger book_head_insert_again before insert on book_head when exists (select 1 from book_head)
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists book_head_update_grows;
create trigger book_head_update_grows before update on book_head when new.id <> old.id or new.size <= old.size
  or new.size <> (select coalesce(max(seq), 0) from event)
begin select raise(abort, 'rule:book-is-append-only'); end;

drop trigger if exists rectification_insert_again;
create trigger rectification_insert_again before insert on rectification when exists (
  select 1 from rectification where id = new.id or event_seq = new.event_seq)
begin select raise(abort, 'rule:rectification-is-kept'); end;

drop trigger if exists rectification_insert_act;
create trigger rectification_insert_act before insert on rectification when new.used <> 0
  or new.first_account_id = new.second_account_id
  or not exists (select 1 from event where seq = new.event_seq and subject = 'certificate'
    and subject_id = new.certificate_id and act in ('certificate-cancelled', 'certificate-revoked', 'certificate-replaced', 'certificate-expired'))
begin select raise(abort, 'rule:rectification-names-no-act'); end;

drop trigger if exists rectification_update;
create trigger rectification_update before update on rectification when new.used <> 1 or old.used <> 0 or new.id <> old.id
  or new.certificate_id <> old.certificate_id or new.event_seq <> old.event_seq
  or new.to_state <> old.to_state or new.first_account_id <> old.first_account_id
  or new.second_account_id <> old.second_account_id or new.at <> old.at
begin select raise(abort, 'rule:rectification-is-kept'); end;

drop trigger if exists photograph_insert_again;
create trigger photograph_insert_again before insert on photograph when exists (
  select 1 from photograph where id = new.id
    or (person_id = new.person_id and version = new.version))
begin select raise(abort, 'rule:photograph-is-kept'); end;

drop trigger if exists photograph_update_pixels;
create trigger photograph_update_pixels before update on photograph when new.id <> old.id
  or new.person_id <> old.person_id or new.version <> old.version or new.jpeg <> old.jpeg
  or new.added_by is not old.added_by
begin select raise(abort, 'rule:photograph-is-kept'); end;

drop trigger if exists photograph_insert_review;
create trigger photograph_insert_review before insert on photograph when new.approved_by = new.added_by
  or new.sent_back_by = new.added_by or (new.approved_by is not null and new.approved_at is null)
begin select raise(abort, 'rule:photograph-second-look'); end;

drop trigger if exists photograph_update_review;
create trigger photograph_update_review before update on photograph when new.approved_by = new.added_by
  or new.sent_back_by = new.added_by or (new.approved_by is not null and new.approved_at is null)
  or (old.approved_by is not null and new.approved_by is not old.approved_by)
  or (old.sent_back_at is not null and (new.sent_back_at is not old.sent_back_at
    or new.sent_back_by is not old.sent_back_by or new.withdrawn_at is null))
begin select raise(abort, 'rule:photograph-second-look'); end;

drop trigger if exists person_delete;
create trigger person_delete before delete on person when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists engagement_delete;
create trigger engagement_delete before delete on engagement when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists certificate_delete;
create trigger certificate_delete before delete on certificate when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists rectification_delete;
create trigger rectification_delete before delete on rectification when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists event_delete;
create trigger event_delete before delete on event when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists event_value_delete;
create trigger event_value_delete before delete on event_value when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists book_head_delete;
create trigger book_head_delete before delete on book_head when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists photograph_delete;
create trigger photograph_delete before delete on photograph when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists sanction_delete;
create trigger sanction_delete before delete on sanction when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists conviction_delete;
create trigger conviction_delete before delete on conviction when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists appraisal_delete;
create trigger appraisal_delete before delete on appraisal when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists organisation_delete;
create trigger organisation_delete before delete on organisation when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists account_delete;
create trigger account_delete before delete on account when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists finding_delete;
create trigger finding_delete before delete on finding when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists proposal_delete;
create trigger proposal_delete before delete on proposal when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists attempt_delete;
create trigger attempt_delete before delete on attempt when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists registry_key_delete;
create trigger registry_key_delete before delete on registry_key when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists commission_letter_delete;
create trigger commission_letter_delete before delete on commission_letter when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists batch_delete;
create trigger batch_delete before delete on batch when true
begin select raise(abort, 'rule:rows-are-kept'); end;

-- Where cards are: a destroyed card stays destroyed, and a live certificate's is not destroyed.

drop trigger if exists custody_insert_again;
create trigger custody_insert_again before insert on custody when exists (
  select 1 from custody where certificate_id = new.certificate_id)
begin select raise(abort, 'rule:custody-is-kept'); end;

drop trigger if exists custody_update_same;
create trigger custody_update_same before update on custody when new.certificate_id <> old.certificate_id
  or (old.state = 'destroyed' and new.state <> old.state)
begin select raise(abort, 'rule:custody-is-kept'); end;

drop trigger if exists custody_insert_destroyed;
create trigger custody_insert_destroyed before insert on custody when new.state = 'destroyed' and not exists (
  select 1 from certificate c join custody_slip s on s.id = new.slip_id and s.act = 'destroy'
  where c.id = new.certificate_id and c.state not in ('active', 'suspended', 'lost')
    and s.witness_1 <> '' and s.witness_2 <> '' and s.witness_1 <> s.witness_2)
begin select raise(abort, 'rule:card-destroyed-by-two'); end;

drop trigger if exists custody_update_destroyed;
create trigger custody_update_destroyed before update on custody when new.state = 'destroyed'
  and old.state <> 'destroyed' and not exists (
  select 1 from certificate c join custody_slip s on s.id = new.slip_id and s.act = 'destroy'
  where c.id = new.certificate_id and c.state not in ('active', 'suspended', 'lost')
    and s.witness_1 <> '' and s.witness_2 <> '' and s.witness_1 <> s.witness_2)
begin select raise(abort, 'rule:card-destroyed-by-two'); end;

drop trigger if exists custody_delete;
create trigger custody_delete before delete on custody when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists custody_slip_insert_again;
create trigger custody_slip_insert_again before insert on custody_slip when exists (
  select 1 from custody_slip where id = new.id)
begin select raise(abort, 'rule:slip-is-kept'); end;

drop trigger if exists custody_slip_update;
create trigger custody_slip_update before update on custody_slip when true
begin select raise(abort, 'rule:slip-is-kept'); end;

drop trigger if exists custody_slip_delete;
create trigger custody_slip_delete before delete on custody_slip when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists custody_line_insert_again;
create trigger custody_line_insert_again before insert on custody_line when exists (
  select 1 from custody_line where id = new.id
    or (slip_id = new.slip_id and certificate_id = new.certificate_id))
begin select raise(abort, 'rule:slip-is-kept'); end;

drop trigger if exists custody_line_update;
create trigger custody_line_update before update on custody_line when true
begin select raise(abort, 'rule:slip-is-kept'); end;

drop trigger if exists custody_line_delete;
create trigger custody_line_delete before delete on custody_line when true
begin select raise(abort, 'rule:rows-are-kept'); end;

-- Two records of one person made one: what was merged holds nothing and is never employed again.

drop trigger if exists person_merge_insert_again;
create trigger person_merge_insert_again before insert on person_merge when exists (
  select 1 from person_merge where absorbed_id = new.absorbed_id)
begin select raise(abort, 'rule:merge-is-kept'); end;

drop trigger if exists person_merge_insert_two;
create trigger person_merge_insert_two before insert on person_merge when
  new.first_account_id = new.second_account_id or new.absorbed_id = new.survivor_id
  or exists (select 1 from person_merge where absorbed_id = new.survivor_id)
begin select raise(abort, 'rule:merge-names-two'); end;

drop trigger if exists person_merge_insert_free;
create trigger person_merge_insert_free before insert on person_merge when exists (
  select 1 from engagement where person_id = new.absorbed_id and ended_on is null)
  or exists (select 1 from certificate where person_id = new.absorbed_id
    and state in ('active', 'suspended', 'lost'))
begin select raise(abort, 'rule:end-before-merging'); end;

drop trigger if exists person_merge_update;
create trigger person_merge_update before update on person_merge when true
begin select raise(abort, 'rule:merge-is-kept'); end;

drop trigger if exists person_merge_delete;
create trigger person_merge_delete before delete on person_merge when true
begin select raise(abort, 'rule:rows-are-kept'); end;

drop trigger if exists engagement_insert_merged;
create trigger engagement_insert_merged before insert on engagement when new.ended_on is null and exists (
  select 1 from person_merge where absorbed_id = new.person_id)
begin select raise(abort, 'rule:merged-into-another'); end;

drop trigger if exists engagement_update_merged;
create trigger engagement_update_merged before update on engagement when new.ended_on is null and exists (
  select 1 from person_merge where absorbed_id = new.person_id)
begin select raise(abort, 'rule:merged-into-another'); end;

drop trigger if exists person_told_apart_delete;
create trigger person_told_apart_delete before delete on person_told_apart when true
begin select raise(abort, 'rule:rows-are-kept'); end;

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
