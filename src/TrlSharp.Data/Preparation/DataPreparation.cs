using System.Runtime.ExceptionServices;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Preparation;

/// <summary>
/// Data sets to sequences and packed rows, with an account. Rows are read, rendered and tokenised by several threads; what comes out, and in which order,
/// depends on the data and the options alone.
/// </summary>
public sealed class DataPreparation
{
    private const int RowsBetweenReports = 64;

    private readonly PreparationOptions _options;
    private readonly Func<Example, BuildResult> _build;
    private readonly ExampleReader[] _readers;
    private readonly SourceAccount[] _accounts;
    private readonly Dictionary<ContentHash, RowOrigin> _firstOf = [];
    private readonly ReadMeter _meter = new();
    private readonly long? _bytes;
    private volatile bool _hasChat;

    /// <param name="options">What is read.</param>
    /// <param name="build">From example to sequences: <see cref="SequenceBuilder.Build"/>. Called from several threads.</param>
    /// <exception cref="ConfigException">The options are out of range; the message lists every fault.</exception>
    public DataPreparation(PreparationOptions options, Func<Example, BuildResult> build)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = options.Problems().ToList();
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        (_options, _build) = (options, build);
        _readers = [.. options.Sources.Select(s => new ExampleReader(s.Reader))];
        _accounts = [.. options.Sources.Select(s => new SourceAccount(s.Location))];
        Account = new(_accounts);
        if (options.Progress is not null) _bytes = Bytes(options.Sources);
    }

    /// <summary>What has happened so far; complete when the enumeration has ended.</summary>
    public Account Account { get; }

    /// <summary>The first row that is a chat and is used, with the number of its source; null as long as there is none.</summary>
    public (int Source, Row Row)? FirstChat { get; private set; }

    /// <summary>The sequences of all sources, mixed and shuffled. Streams.</summary>
    /// <exception cref="DataException">A row cannot be used (unless the run keeps going), or the account is not in order at the end.</exception>
    public IEnumerable<TokenSequence> Sequences()
    {
        foreach (var sequence in Shuffled()) yield return sequence;
        Account.Check(_options.MostDropped);
    }

    /// <summary>The same, packed. Streams.</summary>
    /// <exception cref="DataException">See <see cref="Sequences"/>.</exception>
    public IEnumerable<PackedRow> Rows(PackingOptions packing)
    {
        var packer = new SequencePacker(packing);
        foreach (var row in packer.Pack(Shuffled())) yield return row;
        Account.Close(packer.Totals, _options.MostDropped);
    }

    private IEnumerable<TokenSequence> Shuffled() =>
        _options.ShuffleSeed is { } seed ? Shuffling.Buffered(Mixed(), _options.ShuffleBuffer, seed) : Mixed();

    private IEnumerable<TokenSequence> Mixed()
    {
        var inputs = _options.Sources.Select((source, i) => new MixtureInput<TokenSequence>(source.Location, () => Read(i))
        {
            Weight = source.Weight,
            Epochs = source.Epochs,
            Quota = source.TokenQuota,
        }).ToList();
        foreach (var (input, sequence) in Mixture.Of(inputs, _options.Order, _options.Stop, s => s.Length))
        {
            _accounts[input].SequencesTaken++;
            _accounts[input].TokensTaken += sequence.Length;
            _accounts[input].WeightTaken += sequence.TargetWeight;
            _accounts[input].TrainedTaken += sequence.TrainedTokens;
            yield return sequence;
        }
    }

    /// <summary>One pass over a source.</summary>
    private IEnumerable<TokenSequence> Read(int source)
    {
        var options = _options.Sources[source];
        var rows = RowSources.Open(options.Location, options.Split, options.Configuration, _meter);
        foreach (var row in OrderedParallel.OverRows(rows, (row, fault) => Prepare(source, row, fault), _options.Threads))
        {
            if (++_accounts[source].Rows % RowsBetweenReports == 0) Report();
            if (!Admit(_accounts[source], row)) continue;
            if (row.IsChat && !_hasChat) (FirstChat, _hasChat) = ((source, row.Row!), true);
            foreach (var sequence in row.Results.SelectMany(r => r.Sequences))
            {
                _accounts[source].Sequences++;
                _accounts[source].Tokens += sequence.Length;
                _accounts[source].Weight += sequence.TargetWeight;
                _accounts[source].TrainedTokens += sequence.TrainedTokens;
                yield return sequence;
            }
        }
    }

    private void Report() => _options.Progress?.Report(new(Account.Rows, _accounts.Sum(a => a.Sequences), _accounts.Sum(a => a.Tokens), _meter.Bytes, _bytes));

    /// <summary>What all passes read, packed as it is; null where a source has no size.</summary>
    private static long? Bytes(IEnumerable<SourceOptions> sources)
    {
        var bytes = 0.0;
        foreach (var source in sources)
        {
            var files = RowSources.Files(source.Location, source.Split, source.Configuration);
            if (files.Count == 0) return null;
            bytes += Math.Ceiling(source.Epochs) * files.Sum(f => new FileInfo(f).Length);
        }

        return (long)bytes;
    }

    /// <summary>Everything about a row that does not depend on other rows.</summary>
    private PreparedRow Prepare(int source, Row? row, DataException? fault)
    {
        if (row is null) return new() { Fault = fault };
        var prepared = new PreparedRow { Row = row, Origin = row.Origin };
        try
        {
            if (!_options.Sources[source].Filters.All(f => f.Keeps(row))) return prepared with { Filtered = true };
            var read = _readers[source].Read(row);
            prepared = prepared with { Format = read.Format, IsChat = read.Examples[0] is ConversationExample };
            if (_options.HoldOut > 0 && ContentHash.OfPrompt(read.Examples[0]).IsIn(_options.HoldOut, _options.HoldOutSalt) != _options.HeldOutOnly) return prepared with { HeldOut = true };
            if (_options.Contaminated.Count > 0 && read.Examples.Any(e => _options.Contaminated.Contains(ContentHash.OfPrompt(e)))) return prepared with { Contaminated = true };
            // What waits for its turn is moved about by every collection: no more of a row than is still asked for.
            return prepared with
            {
                Row = _hasChat ? null : row,
                Hash = _options.Deduplicate ? ContentHash.OfAll(read.Examples) : null,
                Results = [.. read.Examples.Select(e => _build(e) with { Explanations = [] })],
            };
        }
        catch (TrlSharpException e)
        {
            return prepared with { Fault = e };
        }
    }

    /// <summary>Counts the row. True when its sequences are used.</summary>
    private bool Admit(SourceAccount account, PreparedRow row)
    {
        if (row.Format is { } format) account.CountFormat(format);
        if (row.Fault is { } fault)
        {
            // Thrown on another thread; here it begins anew.
            if (!_options.KeepGoing || fault is not DataException) ExceptionDispatchInfo.Throw(fault);
            var code = fault is MaskException mask ? mask.Fault.Code() : "unreadable";
            account.Refuse(code, fault.Message);
            _options.OnRefused?.Invoke(new(row.Row, code, fault.Message));
            return false;
        }

        if (row.Filtered) account.Filtered++;
        else if (row.HeldOut) account.HeldOut++;
        else if (row.Contaminated) account.Contaminated++;
        else if (row.Hash is { } hash && !IsFirst(hash, row.Origin)) account.Duplicates++;
        else return CountResults(account, row.Origin, row.Results);
        return false;
    }

    /// <summary>A row read again in another epoch is the first of its kind still.</summary>
    private bool IsFirst(ContentHash hash, RowOrigin origin) => _firstOf.TryAdd(hash, origin) || _firstOf[hash] == origin;

    private static bool CountResults(SourceAccount account, RowOrigin origin, IReadOnlyList<BuildResult> results)
    {
        var sequences = results.Sum(r => r.Sequences.Count);
        foreach (var finding in results.SelectMany(r => r.LeftOut)) account.CountReason(finding, origin);
        foreach (var finding in results.SelectMany(r => r.Findings)) account.CountNote(finding, origin);
        if (sequences == 0)
        {
            account.Dropped++;
            return false;
        }

        account.Used++;
        account.ExamplesLeftOut += results.Sum(r => r.LeftOut.Count);
        account.Truncated += results.Sum(r => r.Findings.Count(f => f.Fault == MaskFault.StopCut));
        if (sequences > 1) account.Split++;
        return true;
    }
}
