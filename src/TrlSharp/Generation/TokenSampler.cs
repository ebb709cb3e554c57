namespace TrlSharp.Generation;

/// <summary>
/// From scores to a token, for one sequence. The steps and their order are those of transformers: repetition penalty, earliest stop, temperature, top-k, top-p, min-p.
/// </summary>
internal sealed class TokenSampler(SamplingConfig config, SeededRandom random)
{
    private float[] _probabilities = [];

    /// <summary>The chosen token and its log-probability as <see cref="Completion"/> defines it.</summary>
    /// <param name="logits">[V]</param>
    /// <param name="prompt">Tokens before the completion.</param>
    /// <param name="completion">Tokens chosen so far.</param>
    public (int Token, float LogProbability) Next(ReadOnlySpan<float> logits, IReadOnlyList<int> prompt, IReadOnlyList<int> completion)
    {
        if (_probabilities.Length != logits.Length) _probabilities = new float[logits.Length];
        int token;
        if (config.Temperature == 0 && config.RepetitionPenalty == 1 && completion.Count >= config.MinNewTokens)
        {
            token = ScoreVector.IndexOfMax(logits);
        }
        else if (config.Temperature == 0)
        {
            var scores = _probabilities.AsSpan();
            logits.CopyTo(scores);
            Penalise(scores, prompt, completion);
            token = ScoreVector.IndexOfMax(scores);
        }
        else
        {
            Warp(logits, prompt, completion, _probabilities);
            token = Draw(_probabilities, random.NextDouble());
        }

        return (token, LogProbability(logits, token, config.Temperature == 0 ? 1 : config.Temperature));
    }

    /// <summary>The distribution that is drawn from: [V] → [V], summing to 1.</summary>
    public void Warp(ReadOnlySpan<float> logits, IReadOnlyList<int> prompt, IReadOnlyList<int> completion, Span<float> probabilities)
    {
        logits.CopyTo(probabilities);
        Penalise(probabilities, prompt, completion);
        var temperature = (float)config.Temperature;
        if (temperature != 1) foreach (ref var score in probabilities) score /= temperature;
        if (config.TopK > 0 && config.TopK < probabilities.Length) KeepBest(probabilities, config.TopK);
        Softmax(probabilities);
        if (config.TopP < 1) KeepNucleus(probabilities, config.TopP);
        if (config.MinP > 0) KeepLikely(probabilities, config.MinP);
    }

    private void Penalise(Span<float> scores, IReadOnlyList<int> prompt, IReadOnlyList<int> completion)
    {
        if (config.RepetitionPenalty != 1)
        {
            var penalty = (float)config.RepetitionPenalty;
            foreach (var token in prompt.Concat(completion).ToHashSet()) scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty;
        }

        if (completion.Count < config.MinNewTokens) foreach (var token in config.StopTokens) scores[token] = float.NegativeInfinity;
    }

    private static void KeepBest(Span<float> scores, int k)
    {
        var best = new PriorityQueue<float, float>(k);
        foreach (var score in scores)
        {
            if (best.Count < k) best.Enqueue(score, score);
            else if (score > best.Peek()) best.EnqueueDequeue(score, score);
        }

        var threshold = best.Peek();
        foreach (ref var score in scores) if (score < threshold) score = float.NegativeInfinity;
    }

    private static void Softmax(Span<float> scores) => Scale(scores, 1 / ScoreVector.Exponentiate(scores, ScoreVector.Max(scores), 1, scores));

    /// <summary>Drops the least likely tokens as long as all that are dropped have at most 1 - p together.</summary>
    private static void KeepNucleus(Span<float> probabilities, double p)
    {
        // Tokens below this share cannot reach the limit even together, so only the others are sorted.
        var tail = 1 - p;
        var certain = tail / probabilities.Length;
        var dropped = 0.0;
        var candidates = new List<(float Probability, int Token)>();
        for (var token = 0; token < probabilities.Length; token++)
        {
            if (probabilities[token] >= certain) candidates.Add((probabilities[token], token));
            else (dropped, probabilities[token]) = (dropped + probabilities[token], 0);
        }

        candidates.Sort();
        for (var i = 0; i < candidates.Count - 1; i++)
        {
            dropped += candidates[i].Probability;
            if (dropped > tail) break;
            probabilities[candidates[i].Token] = 0;
        }

        Normalise(probabilities);
    }

    private static void KeepLikely(Span<float> probabilities, double share)
    {
        var threshold = ScoreVector.Max(probabilities) * (float)share;
        foreach (ref var probability in probabilities) if (probability < threshold) probability = 0;
        Normalise(probabilities);
    }

    private static void Normalise(Span<float> probabilities)
    {
        var sum = 0.0;
        foreach (var probability in probabilities) sum += probability;
        Scale(probabilities, 1 / sum);
    }

    private static void Scale(Span<float> values, double factor)
    {
        foreach (ref var value in values) value = (float)(value * factor);
    }

    /// <summary>The token at which the running sum passes the random number.</summary>
    private static int Draw(ReadOnlySpan<float> probabilities, double number)
    {
        var (sum, last) = (0.0, 0);
        for (var token = 0; token < probabilities.Length; token++)
        {
            if (probabilities[token] == 0) continue;
            (sum, last) = (sum + probabilities[token], token);
            if (number < sum) return token;
        }

        return last;
    }

    /// <summary>Overwrites the buffer.</summary>
    private float LogProbability(ReadOnlySpan<float> logits, int token, double temperature)
    {
        var max = ScoreVector.Max(logits);
        if (!float.IsFinite(max)) throw new NumericException("The model's scores for the next token are not finite numbers. Are its weights damaged, or too large for 16 bits? --dtype float32 computes wider.");
        var sum = ScoreVector.Exponentiate(logits, max, (float)temperature, _probabilities);
        return (float)((logits[token] - max) / temperature - Math.Log(sum));
    }
}
