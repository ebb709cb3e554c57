using System.Globalization;

namespace TrlSharp.Training;

/// <summary>
/// How a run falls into epochs, updates and micro-batches: the arithmetic of transformers' Trainer for batches counted in rows, and the same idea
/// for batches counted in tokens. Everything is a function of the number of the update.
/// </summary>
internal sealed class BatchPlan
{
    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<int> _lengths;
    private readonly RowOrder _order;
    private readonly List<int> _firstUpdate = [0];
    private int _cachedEpoch = -1;
    private int[][][] _cached = [];

    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="options">Batch size, accumulation, epochs or steps, order.</param>
    public BatchPlan(IReadOnlyList<int> lengths, TrainingOptions options)
    {
        if (lengths.Count == 0) throw new DataException("There are no rows to train on: the data set is empty, or every row was dropped.");
        (_options, _lengths) = (options, lengths);
        _order = new(lengths, options.Sampling, options.Seed, options.DataSeed, options.BatchSize * options.AccumulationSteps);
        if (options.MaxSteps > 0)
        {
            TotalUpdates = options.MaxSteps;
            while (_firstUpdate[^1] < TotalUpdates) AddEpoch();
        }
        else
        {
            for (var epoch = 0; epoch < options.Epochs; epoch++) AddEpoch();
            var last = _firstUpdate.Count - 2;
            // Epochs of rows all have the same number of updates, and transformers multiplies before it rounds.
            TotalUpdates = options.TokensPerStep is null
                ? (int)Math.Ceiling(options.Epochs * _firstUpdate[1])
                : _firstUpdate[last] + (int)Math.Ceiling((options.Epochs - last) * (_firstUpdate[last + 1] - _firstUpdate[last]));
        }
    }

    /// <summary>Optimizer steps of the run.</summary>
    public int TotalUpdates { get; }

    /// <summary>Epochs that the run begins.</summary>
    public int Epochs => _firstUpdate.Count - 1;

    /// <summary>Row numbers of each micro-batch of an update.</summary>
    public IReadOnlyList<int[]> MicroBatches(int update)
    {
        var epoch = EpochOf(update);
        return Updates(epoch)[update - _firstUpdate[epoch]];
    }

    /// <summary>The rows of the micro-batch with most tokens, of those of the first epoch.</summary>
    public int[] LargestMicroBatch() => Enumerable.Range(0, TotalUpdates).TakeWhile(u => u == 0 || !EndsEpoch(u - 1)).SelectMany(MicroBatches).MaxBy(TokensOf)!;

    /// <summary>Tokens of the rows of a micro-batch.</summary>
    public long TokensOf(int[] rows) => rows.Sum(row => (long)_lengths[row]);

    /// <summary>Epochs done after an update, the running one in fractions of its micro-batches.</summary>
    public double EpochAfter(int update)
    {
        var epoch = EpochOf(update);
        var updates = Updates(epoch);
        var done = 0;
        for (var i = 0; i <= update - _firstUpdate[epoch]; i++) done += updates[i].Length;
        return epoch + (double)done / updates.Sum(u => u.Length);
    }

    /// <summary>Whether an update is the last of its epoch.</summary>
    public bool EndsEpoch(int update) => _firstUpdate.BinarySearch(update + 1) >= 0;

    private int EpochOf(int update)
    {
        var at = _firstUpdate.BinarySearch(update);
        return at >= 0 ? at : ~at - 1;
    }

    private void AddEpoch()
    {
        var updates = _options.TokensPerStep is null ? BatchesPerEpoch.CeilingDivide(_options.AccumulationSteps) : Updates(_firstUpdate.Count - 1).Length;
        if (updates == 0)
            throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"{_lengths.Count} rows do not fill one batch of {_options.BatchSize}, and dataloader_drop_last drops what is not full. Lower per_device_train_batch_size, or set dataloader_drop_last to false."));
        _firstUpdate.Add(_firstUpdate[^1] + updates);
    }

    private int BatchesPerEpoch => _options.DropLast ? _lengths.Count / _options.BatchSize : _lengths.Count.CeilingDivide(_options.BatchSize);

    private int[][][] Updates(int epoch)
    {
        if (_cachedEpoch == epoch) return _cached;
        var order = _order.OfEpoch(epoch);
        _cached = _options.TokensPerStep is { } tokens
            ? [.. Filled(order, tokens).Select(rows => Even(rows, _options.MicroBatchTokens ?? tokens))]
            : [.. order.Chunk(_options.BatchSize).Take(BatchesPerEpoch).Chunk(_options.AccumulationSteps)];
        _cachedEpoch = epoch;
        return _cached;
    }

    /// <summary>
    /// As few runs of rows of at most <paramref name="tokens"/> tokens as there can be, and the longest of them as short as it can be: the memory of an update is that of its
    /// longest micro-batch, and a short one at the end keeps the processor as long as a longer one would.
    /// </summary>
    private int[][] Even(int[] rows, long tokens)
    {
        var count = Filled(rows, tokens).Count();
        var (low, high) = (Math.Min(tokens, Math.Max(rows.Max(r => (long)_lengths[r]), (rows.Sum(r => (long)_lengths[r]) + count - 1) / count)), tokens);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Filled(rows, middle).Count() > count) low = middle + 1;
            else high = middle;
        }

        return [.. Filled(rows, low)];
    }

    /// <summary>Runs of rows of at most <paramref name="tokens"/> tokens; a longer row stands alone.</summary>
    private IEnumerable<int[]> Filled(IEnumerable<int> rows, long tokens)
    {
        var batch = new List<int>();
        var filled = 0L;
        foreach (var row in rows)
        {
            if (batch.Count > 0 && filled + _lengths[row] > tokens)
            {
                yield return [.. batch];
                batch.Clear();
                filled = 0;
            }

            batch.Add(row);
            filled += _lengths[row];
        }

        if (batch.Count > 0) yield return [.. batch];
    }
}
