namespace TrlSharp.Data.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("asistant", "assistant")]
    [InlineData("wieght", "weight")]
    [InlineData("--learning-rte", "--learning_rate")]
    [InlineData("Learning_Rate", "--learning_rate")]
    [InlineData("banana", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_offered_only_when_it_is_near(string written, string? expected)
    {
        string[] names = ["assistant", "user", "weight", "--learning_rate", "--max_length"];
        Assert.Equal(expected, NearestName.Find(written, names));
    }

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_counts_a_swap_as_one(string a, string b, int distance) => Assert.Equal(distance, NearestName.Distance(a, b));
}
