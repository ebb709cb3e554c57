using TrlSharp.Cache;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Sequences;

namespace TrlSharp.Sft;

/// <summary>One prepared set of rows: in memory, or mapped from the cache or from a file of this run. The account is checked before it exists.</summary>
internal sealed class SftDataSet : IDisposable
{
    /// <summary>Tokens of some 300 MB of prepared data.</summary>
    private const long MostWalked = 1 << 26;

    private SftDataSet(PackedRows rows, IReadOnlyList<TokenSequence> sequences, PreparationNotes notes, string? preparedFile)
    {
        (Rows, Sequences, Notes, PreparedFile) = (rows, sequences, notes, preparedFile);
    }

    /// <summary>What batches are made of.</summary>
    public PackedRows Rows { get; }

    /// <summary>The sequences before packing, in the order of the data.</summary>
    public IReadOnlyList<TokenSequence> Sequences { get; }

    /// <summary>Account, first chat, refused rows.</summary>
    public PreparationNotes Notes { get; }

    /// <summary>The file in which the sequences are kept; null when they are not.</summary>
    public string? PreparedFile { get; }

    /// <summary>Prepares the rows, or finds them in the cache.</summary>
    /// <param name="options">What is read.</param>
    /// <param name="encoder">From example to tokens.</param>
    /// <param name="packing">How rows are filled; null: one sequence a row.</param>
    /// <param name="shuffleSeed">Order of the sequences before packing; null: as they come.</param>
    /// <param name="cache">Where prepared data are kept; null: nowhere.</param>
    /// <param name="stop">Ends the preparation between two rows.</param>
    public static SftDataSet Prepare(PreparationOptions options, SftEncoder encoder, PackingOptions? packing, ulong? shuffleSeed, SftCache? cache, CancellationToken stop)
    {
        var refused = new List<RefusedRow>();
        var preparation = new DataPreparation(options with { OnRefused = refused.Add }, encoder.Build);
        var kept = cache?.GetOrAdd(options, encoder, Stream, Note);
        var sequences = kept ?? UnkeptSequences.Collect(Stream());
        var notes = kept is not null ? PreparationNotes.Parse(kept.Notes) : new(preparation.Account, preparation.FirstChat, refused);
        var rows = Pack(sequences, packing, shuffleSeed);
        // What was prepared now is walked through; what was kept has been, and its blocks carry hashes. Of many gigabytes, which would all come into memory, the plan has to do.
        var isWalked = preparation.Account.Rows > 0 && notes.Account.Sources.Sum(s => s.Tokens) <= MostWalked;
        notes.Account.Close((!isWalked ? rows.MeasurePlan(notes.Account.Weight) : null) ?? rows.Measure(), options.MostDropped);
        return new(rows, sequences, notes, kept?.File);

        IEnumerable<TokenSequence> Stream()
        {
            foreach (var sequence in preparation.Sequences())
            {
                stop.ThrowIfCancellationRequested();
                yield return sequence;
            }
        }

        string Note() => new PreparationNotes(preparation.Account, preparation.FirstChat, refused).ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => (Sequences as PreparedData)?.Dispose();

    private static PackedRows Pack(IReadOnlyList<TokenSequence> sequences, PackingOptions? packing, ulong? shuffleSeed)
    {
        var lengths = sequences is PreparedData mapped ? mapped.Lengths() : [.. sequences.Select(s => s.Length)];
        return new(sequences, lengths, packing, shuffleSeed);
    }
}
